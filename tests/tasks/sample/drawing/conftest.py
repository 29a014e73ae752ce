"""A canvas to paint on, and brushes with known random numbers."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tasks.sample.drawing.brush import Brush

SIDE = 200
GREY = (120, 120, 120)


@pytest.fixture
def canvas() -> Image.Image:
    """A grey square of 200 x 200 pixels."""
    return Image.new("RGB", (SIDE, SIDE), GREY)


@pytest.fixture
def brush_on(canvas: Image.Image) -> Callable[[int], Brush]:
    """Return a brush on ``canvas`` whose random numbers follow from a seed."""
    return lambda seed: Brush(np.random.default_rng(seed), canvas)


@pytest.fixture
def painted(canvas: Image.Image) -> Callable[[], npt.NDArray[np.uint8]]:
    """Return which pixels, [rows, columns], are no longer grey."""
    return lambda: (np.asarray(canvas) != GREY).any(axis=-1)
