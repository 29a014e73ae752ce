"""Cutting of pictures into parts: each is one task and one file of scores.

The cut depends on the source alone, so that the next run, perhaps on another cluster, goes on with
the parts of a killed one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_PARTS = 1024
_FEWEST_PICTURES = 64
_MOST_PICTURES = 4096
_BYTES = 16 * 2**20
# Every slice reads its whole file.
_MOST_SLICES = 16


@dataclass(frozen=True)
class Slice:
    """Every so manieth picture of a file of pictures.

    Attributes:
        path: of the file.
        number: of the first of them, from 0.
        of: how many slices the file has.
    """

    path: str
    number: int
    of: int


@dataclass(frozen=True)
class Parts:
    """The parts of a source.

    Attributes:
        count: how many there are.
        files: slices of files, a part each; empty where pictures are files themselves.
    """

    count: int
    files: tuple[Slice, ...] = ()


def cut_pictures(total: int) -> Parts:
    """Return the parts of so many files, a few of which may be no pictures."""
    size = min(max(-(-total // _PARTS), _FEWEST_PICTURES), _MOST_PICTURES)
    return Parts(max(-(-total // size), 1))


def cut_files(paths: Iterable[str], sizes: Mapping[str, int]) -> Parts:
    """Return the parts of files with pictures in them.

    Args:
        paths: of the files.
        sizes: in bytes, by path.
    """
    slices = [
        Slice(path, number, count)
        for path in sorted(paths)
        for count in [min(max(-(-sizes[path] // _BYTES), 1), _MOST_SLICES)]
        for number in range(count)
    ]
    return Parts(len(slices), tuple(slices))
