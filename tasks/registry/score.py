"""Score of a model: right answers of all."""

from dataclasses import dataclass
from typing import Self

from tasks.evaluation.interval import accuracy_text, interval_text


@dataclass(frozen=True)
class Score:
    """Right answers on some records.

    Attributes:
        correct: records whose most probable class is their label.
        count: all records, at least 1.
    """

    correct: int
    count: int

    @classmethod
    def of(cls, top1: float, count: int) -> Self:
        """Return the score of a top-1 accuracy, from 0 to 1, on ``count`` records."""
        return cls(round(top1 * count), count)

    @property
    def top1(self) -> float:
        """Top-1 accuracy, from 0 to 1."""
        return self.correct / self.count

    @property
    def text(self) -> str:
        """Top-1 accuracy with its 95 % interval."""
        return accuracy_text(self.top1, self.count)

    @property
    def interval(self) -> str:
        """95 % interval of the top-1 accuracy."""
        return interval_text(self.top1, self.count)
