"""The part of a picture that a network sees, for which its heat map stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


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

    @classmethod
    def of_edges(cls, edges: Sequence[float]) -> Self:
        """Return the region between edges: top, left, bottom, right, as an export has them.

        >>> Region.of_edges([0.0, 0.25, 1.0, 0.75])
        Region(left=0.25, top=0.0, width=0.5, height=1.0)
        """
        top, left, bottom, right = map(float, edges)
        return cls(left, top, right - left, bottom - top)


#: The whole of a picture.
WHOLE = Region()
