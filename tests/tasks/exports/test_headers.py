from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from tasks.exports.headers import BMP, GIF, JPEG, OTHER, PNG, read_header
from tasks.networks.tensorflow import import_tensorflow

Save = Callable[..., bytes]


@pytest.fixture(scope="module")
def facts() -> Callable[[bytes], dict[str, Any]]:
    tf = import_tensorflow()

    signature = [tf.TensorSpec([], tf.string)]
    graph = tf.function(lambda data: vars(read_header(data)), input_signature=signature)
    return lambda data: {name: value.numpy().item() for name, value in graph(data).items()}


@pytest.mark.parametrize(
    ("kind", "number"), [("JPEG", JPEG), ("PNG", PNG), ("GIF", GIF), ("BMP", BMP)]
)
def test_kind_and_size(
    kind: str, number: int, save: Save, drawn: Image.Image, facts: Callable[..., dict[str, Any]]
) -> None:
    found = facts(save(drawn, kind))
    assert (found["kind"], found["width"], found["height"]) == (number, 123, 77)
    assert (found["exact"], found["orientation"]) == (True, 1)


@pytest.mark.parametrize("kind", ["WEBP", "TIFF"])
def test_a_picture_of_another_kind_is_no_picture_of_ours(
    kind: str, save: Save, drawn: Image.Image, facts: Callable[..., dict[str, Any]]
) -> None:
    found = facts(save(drawn, kind))
    assert (found["kind"], found["exact"]) == (OTHER, False)


@pytest.mark.parametrize("content", [b"", b"\xff", b"\xff\xd8\xff", b"GIF89a", b"BM", b"GIF8" * 9])
def test_rubbish_fails_nothing(content: bytes, facts: Callable[..., dict[str, Any]]) -> None:
    assert facts(content)["orientation"] == 1


def test_what_tensorflow_decodes_to_other_pixels_is_not_exact(
    save: Save, drawn: Image.Image, facts: Callable[..., dict[str, Any]]
) -> None:
    few = drawn.quantize(32)
    small = save(few, "GIF", comment=b"a comment")
    assert facts(small)["exact"]
    # The frame's descriptor follows the comment; its width is made one less than the canvas.
    place = small.index(b"\x2c\0\0\0\0") + 5
    assert not facts(small[:place] + b"\x7a" + small[place + 1 :])["exact"]
    assert not facts(save(few, "GIF", transparency=3))["exact"]
    assert not facts(save(few, "BMP"))["exact"]
    assert not facts(save(drawn.convert("RGBA"), "BMP"))["exact"]


def test_an_arithmetic_jpeg_is_told(
    save: Save, drawn: Image.Image, facts: Callable[..., dict[str, Any]]
) -> None:
    jpeg = save(drawn, "JPEG")
    frame = jpeg.index(b"\xff\xc0")
    assert not facts(jpeg)["arithmetic"]
    assert facts(jpeg[:frame] + b"\xff\xc9" + jpeg[frame + 2 :])["arithmetic"]
