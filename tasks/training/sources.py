"""Training records as a logistic regression reads them first: in memory, or in Spark."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from tasks.features.store import Features, read_features
from tasks.training.passes import Block, MemoryPasses, Passes, SparkPasses, cut

T = TypeVar("T")
Labels = npt.NDArray[np.int64]

_ROWS = 1024


@dataclass(frozen=True)
class Kept:
    """Records that stay where passes read them.

    Attributes:
        passes: over the records.
        label: class of every record in the order of the passes, int64 ``[records]``.
        fold: part of every record in the same order, int64 ``[records]``.
    """

    passes: Passes
    label: Labels
    fold: Labels


class Source(Protocol):
    """Features of the training records, in parts."""

    def total(self, of_part: Callable[[Features], T]) -> T:
        """Return the sum of a function over all parts."""

    def keep(self, block_of: Callable[[Features], Block]) -> Kept:
        """Return the records as blocks."""


@dataclass(frozen=True)
class MemorySource:
    """Features in the memory of this process.

    Attributes:
        features: of all training records.
        pool: its threads share a pass.
    """

    features: Features
    pool: Executor

    def total(self, of_part: Callable[[Features], T]) -> T:
        """Return the sum of a function over all parts."""
        return reduce(add, self.pool.map(of_part, self._parts()))

    def keep(self, block_of: Callable[[Features], Block]) -> Kept:
        """Return the records as blocks."""
        blocks = [each for part in self._parts() for each in cut(block_of(part))]
        label, fold = zip(*((block.label, block.fold) for block in blocks), strict=True)
        return Kept(MemoryPasses(blocks, self.pool), _joined(label), _joined(fold))

    def _parts(self) -> Sequence[Features]:
        count = len(self.features.label)
        starts = range(0, count, _ROWS)
        return [self.features.take(np.arange(s, min(s + _ROWS, count))) for s in starts]


@dataclass(frozen=True)
class SparkSource:
    """Features that the executors read.

    Attributes:
        contents: an RDD of the contents of the files of the features.
    """

    contents: Any

    def total(self, of_part: Callable[[Features], T]) -> T:
        """Return the sum of a function over all parts."""
        found: T = self.contents.map(lambda file: of_part(read_features(file))).reduce(add)
        return found

    def keep(self, block_of: Callable[[Features], Block]) -> Kept:
        """Return the records as blocks, which the executors keep."""
        from pyspark import StorageLevel

        blocks = self.contents.flatMap(lambda file: cut(block_of(read_features(file))))
        blocks = blocks.persist(StorageLevel.MEMORY_AND_DISK)
        label, fold = zip(*blocks.map(lambda b: (b.label, b.fold)).collect(), strict=True)
        return Kept(SparkPasses(blocks), _joined(label), _joined(fold))


def _joined(parts: Sequence[npt.NDArray[Any]]) -> Labels:
    joined: Labels = np.concatenate(parts).astype(np.int64)
    return joined
