"""A pair of values, one for each split: training and validation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Pair(Generic[T]):
    """Two values of the same kind, named after their splits.

    Attributes:
        train: of the records to train on.
        validation: of the records to measure on.
    """

    train: T
    validation: T

    def __iter__(self) -> Iterator[T]:
        yield self.train
        yield self.validation

    def items(self) -> Iterator[tuple[str, T]]:
        """Yield the name of each split with its value, ``train`` first."""
        yield "train", self.train
        yield "validation", self.validation

    def map(self, function: Callable[[T], U]) -> "Pair[U]":
        """Return the pair of what ``function`` returns for each value."""
        return Pair(function(self.train), function(self.validation))
