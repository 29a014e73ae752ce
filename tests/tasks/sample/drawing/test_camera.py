import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tasks.sample.drawing.camera import photograph


def taken(seed: int, scene: Image.Image) -> npt.NDArray[np.uint8]:
    return np.asarray(photograph(np.random.default_rng(seed), scene)).astype(float)


@pytest.fixture
def grey() -> Image.Image:
    return Image.new("RGB", (120, 120), (115, 115, 115))


def test_a_photograph_has_half_the_scenes_size(grey: Image.Image) -> None:
    photo = photograph(np.random.default_rng(1), grey)
    assert (photo.size, photo.mode) == ((60, 60), "RGB")


def test_the_scene_stays_as_it_was(grey: Image.Image) -> None:
    before = grey.tobytes()
    taken(1, grey)
    assert grey.tobytes() == before


def test_a_seed_gives_a_photograph_and_another_seed_another(grey: Image.Image) -> None:
    assert np.array_equal(taken(1, grey), taken(1, grey))
    assert not np.array_equal(taken(1, grey), taken(2, grey))


def test_corners_are_darker_than_the_centre_on_average(grey: Image.Image) -> None:
    photos = np.mean([taken(seed, grey) for seed in range(60)], axis=0)
    centre = photos[25:35, 25:35].mean()
    corners = [photos[rows, columns].mean() for rows in (0, -1) for columns in (0, -1)]
    # The vignette takes 0.3 of 0.5 on average: 0.5 is a corner's distance squared.
    assert np.mean(corners) / centre == pytest.approx(0.85, abs=0.03)


def test_every_photograph_has_noise_and_a_cast(grey: Image.Image) -> None:
    for seed in range(10):
        photo = taken(seed, grey)
        steps = np.abs(np.diff(photo, axis=1))
        # Two bytes have a standard deviation of 104; 1 % of that is the least.
        assert 0.5 < steps.mean() < 10
        assert np.ptp(photo.mean(axis=(0, 1))) > 0.2


def test_light_stays_in_range() -> None:
    white = taken(3, Image.new("RGB", (60, 60), (255, 255, 255)))
    black = taken(3, Image.new("RGB", (60, 60), (0, 0, 0)))
    assert white.max() == 255
    assert black.min() == 0
    assert white.mean() > 180
    assert black.mean() < 50
