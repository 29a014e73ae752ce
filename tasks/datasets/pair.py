"""A pair of values, one for each split: training and validation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")


@dataclass(frozen=True)
class Pair(Generic[T_co]):
    """Two values of the same kind, named after their splits.

    Attributes:
        train: of the records to train on.
        validation: of the records to measure on.
    """

    train: T_co
    validation: T_co

    def __iter__(self) -> Iterator[T_co]:
        yield self.train
        yield self.validation

    def items(self) -> Iterator[tuple[str, T_co]]:
        """Yield the name of each split with its value, ``train`` first."""
        yield "train", self.train
        yield "validation", self.validation

    def map(self, function: Callable[[T_co], U]) -> "Pair[U]":
        """Return the pair of what ``function`` returns for each value."""
        return Pair(function(self.train), function(self.validation))
