"""The part of a picture that a network sees, for which its heat map stands."""

from dataclasses import dataclass

from tasks.networks.recipe import Preprocessing


@dataclass(frozen=True)
class Region:
    """A part of a picture, in shares of its width and height from 0 to 1.

    Attributes:
        left: of the left edge.
        top: of the upper edge.
        width: of the part.
        height: likewise.
    """

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0


def region_of(preprocessing: Preprocessing | None, width: int, height: int) -> Region:
    """Return what is left of a picture after preprocessing.

    >>> region_of(Preprocessing(size=224, shorter_side=256), 512, 256)
    Region(left=0.28125, top=0.0625, width=0.4375, height=0.875)

    Args:
        preprocessing: recipe of the network; None: the whole picture is taken.
        width: of the picture, in pixels.
        height: likewise.
    """
    if preprocessing is None:
        return Region()
    if preprocessing.shorter_side is None:
        return _middle(preprocessing.crop, preprocessing.crop)
    kept = min(width, height) * preprocessing.size / preprocessing.shorter_side
    return _middle(min(kept / width, 1.0), min(kept / height, 1.0))


def _middle(width: float, height: float) -> Region:
    return Region((1 - width) / 2, (1 - height) / 2, width, height)
