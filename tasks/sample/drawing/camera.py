"""The camera that photographs a painted scene: focus, light, colour cast, vignette, noise.

Nothing is summed in an order that a library chooses, so the pixels are the same on any machine.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from tasks.sample.drawing.dice import Dice

#: Canvas pixels on a side of each of the picture's.
SUPERSAMPLE = 2
_MIDDLE_GREY = 115

_Light = npt.NDArray[np.float32]


def photograph(rng: np.random.Generator, scene: Image.Image) -> Image.Image:
    """Return the photograph of a scene, mode RGB, ``SUPERSAMPLE`` times smaller on each side.

    Args:
        rng: random numbers; the same state gives the same photograph.
        scene: a square picture, mode RGB.
    """
    dice = Dice(rng)
    image = scene.reduce(SUPERSAMPLE)
    image = image.filter(ImageFilter.BoxBlur(dice.pick((0, 0, 0, 0.3, 0.6, 1.0))))
    light = _graded(dice, np.asarray(image, dtype=np.float32))
    light *= _falloff(dice, image.width) * _cast(dice)
    light += _noise(dice, light.shape)
    return Image.fromarray(np.rint(light.clip(0, 255)).astype(np.uint8))


def _graded(dice: Dice, light: _Light) -> _Light:
    """Return ``light``, [rows, columns, 3], with another saturation and contrast."""
    grey = (light[..., 0] * 0.3 + light[..., 1] * 0.59 + light[..., 2] * 0.11)[..., None]
    saturation, contrast = dice.between(0.8, 1.15), dice.between(0.85, 1.15)
    light = light * (saturation * contrast)
    light += grey * ((1 - saturation) * contrast) + _MIDDLE_GREY * (1 - contrast)
    return light


def _falloff(dice: Dice, size: int) -> _Light:
    """Return the brightness [size, size, 1] of a light from one side through a vignette."""
    across = (np.arange(size, dtype=np.float32) / size - 0.5)[None, :, None]
    down = across.reshape(size, 1, 1)
    slope, tilt = dice.between(-0.3, 0.3), dice.between(-0.3, 0.3)
    vignette = dice.between(0, 0.6)
    falloff = 1 + slope * across + tilt * down - vignette * (across * across + down * down)
    return falloff.astype(np.float32)


def _cast(dice: Dice) -> _Light:
    """Return the exposure of the three colours."""
    cast = dice.between(0.88, 1.12) * dice.scatter(0.95, 1.05, count=3)
    return cast.astype(np.float32)


def _noise(dice: Dice, shape: tuple[int, ...]) -> _Light:
    """Return noise of a sensor: the sum of two random bytes for every value, scaled."""
    size = 2 * int(np.prod(shape))
    grain = np.frombuffer(dice.rng.bytes(size), dtype=np.uint8).reshape(2, *shape)
    noise: _Light = (np.add(*grain, dtype=np.int16) - 255) * np.float32(dice.between(0.01, 0.05))
    return noise
