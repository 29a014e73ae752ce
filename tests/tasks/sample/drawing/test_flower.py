import hashlib

import numpy as np
import numpy.typing as npt
import pytest

from tasks.sample.drawing.flower import FLOWERS, draw_flower

#: SHA-256 of the pixels of one picture of each kind. The pictures are the same on every machine;
#: whoever changes them on purpose also raises VERSION in tasks/sample/make.py.
DIGESTS = {
    "daisy": "62ac65516354664f8c3de0f363eeca1d73dc489b2f13a4f218eceb41fe3b00e2",
    "dandelion": "15b3bf0d415154a9aac1564bb85ed5f4e226255b37793c35270511b7f6d8792d",
    "roses": "e6ac78236a993113b4b5e77826a00b9ff3c08351c7c9fbe364a245fcc579c660",
    "sunflowers": "4f6456bc927b4121576953ac6f174456cf5d6f21e58b50d4565490ebbcc975c4",
    "tulips": "1f6e12480288dbd8398a3e79d01076c60ee291b789bae5e7f34592816ff15194",
}


def drawn(kind: str, seed: int, size: int = 64) -> npt.NDArray[np.uint8]:
    return np.asarray(draw_flower(kind, np.random.Generator(np.random.PCG64(seed)), size))


@pytest.mark.parametrize("kind", FLOWERS)
def test_a_seed_gives_a_picture_and_another_seed_another(kind: str) -> None:
    assert drawn(kind, 1).shape == (64, 64, 3)
    assert np.array_equal(drawn(kind, 1), drawn(kind, 1))
    assert not np.array_equal(drawn(kind, 1), drawn(kind, 2))


@pytest.mark.parametrize("kind", FLOWERS)
def test_a_picture_has_the_same_pixels_on_every_machine(kind: str) -> None:
    assert hashlib.sha256(drawn(kind, 1).tobytes()).hexdigest() == DIGESTS[kind]


@pytest.mark.parametrize("size", [17, 140, 201])
def test_a_picture_has_the_size_that_was_asked_for(size: int) -> None:
    assert drawn("tulips", 3, size).shape == (size, size, 3)


def test_an_unknown_flower_is_named() -> None:
    with pytest.raises(ValueError, match="unknown flower 'rose', expected one of daisy, dandelion"):
        draw_flower("rose", np.random.Generator(np.random.PCG64(1)), 64)
