"""A picture with a class activation map over it."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.serving.classifier import FloatArray
from tasks.serving.region import Region
from tasks.storage.local_files import storage_errors
from tasks.storage.paths import safe_name

if TYPE_CHECKING:
    from PIL.Image import Image

_LONGEST = 1024
# Colours of an activation from the lowest to the highest, of Matplotlib's map "inferno"; the page
# has the same.
_COLOURS = ((0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164))
_LEAST_OPAQUE, _MORE_OPAQUE = 0.25, 0.5


def overlay(jpeg: bytes, heatmap: FloatArray, region: Region) -> "Image":
    """Return a picture of at most 1,024 pixels a side with a heat map over it.

    Args:
        jpeg: the picture.
        heatmap: ``[height, width]``; its lowest value is dark, its highest bright.
        region: the part of the picture that it stands for.
    """
    from PIL import Image

    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as opened:
        opened.draft("RGB", (_LONGEST, _LONGEST))
        picture = opened.convert("RGB")
    picture.thumbnail((_LONGEST, _LONGEST))
    return cover(picture, heatmap, region)


def cover(picture: "Image", heatmap: FloatArray, region: Region) -> "Image":
    """Lay a heat map over a picture, RGB, and return it.

    Args:
        picture: is changed.
        heatmap: ``[height, width]``; its lowest value is dark, its highest bright.
        region: the part of the picture that it stands for.
    """
    from PIL import Image

    left, top = round(region.left * picture.width), round(region.top * picture.height)
    size = (round(region.width * picture.width), round(region.height * picture.height))
    small = Image.fromarray(colours_of(heatmap), "RGBA")
    large = small.resize((max(size[0], 1), max(size[1], 1)), Image.Resampling.BILINEAR)
    picture.paste(large, (left, top), large)
    return picture


def colours_of(heatmap: FloatArray) -> Any:
    """Return the colours of a heat map, uint8 ``[height, width, 4]`` with opacity."""
    low, high = float(heatmap.min()), float(heatmap.max())
    share = (heatmap - low) / (high - low) if high > low else np.zeros_like(heatmap)
    places = np.linspace(0, 1, len(_COLOURS))
    channels = [np.interp(share, places, channel) for channel in zip(*_COLOURS, strict=True)]
    opacity = 255 * (_LEAST_OPAQUE + _MORE_OPAQUE * share)
    return np.stack([*channels, opacity], -1).round().astype(np.uint8)


class OverlayFolder:
    """A folder of pictures with heat maps over them, each named after its picture.

    Args:
        folder: made if need be.

    Raises:
        StorageError: it cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: set[str] = set()
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)

    def save(self, name: str, picture: "Image") -> Path:
        """Write a PNG and return its path.

        Args:
            name: of the picture; pictures of one name in several folders get numbers.
            picture: to write.

        Raises:
            StorageError: it cannot be written.
        """
        base = safe_name(name.rpartition("/")[2])
        unused, number = base, 1
        while unused in self._names:
            number += 1
            unused = f"{base}-{number}"
        self._names.add(unused)
        path = self._folder / f"{unused}.png"
        with storage_errors(path):
            picture.save(path)
        return path
