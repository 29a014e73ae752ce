"""Passes over the training records for a logistic regression: in memory, or in Spark."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, reduce
from operator import add
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tasks.models.head import FloatArray
from tasks.training.logistic_regression import Coefficients, DoubleArray, Sums, sums

# Rows that, with their logits, stay in a core's cache between the two products of a pass.
_ROWS = 512


@dataclass(frozen=True)
class Block:
    """Some training records.

    Attributes:
        features: in the form to solve on, float32 ``[records, directions]``.
        label: class of each, from 0, int32 ``[records]``.
        fold: part of each, from 0, int64 ``[records]``.
    """

    features: FloatArray
    label: npt.NDArray[np.int32]
    fold: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Weighting:
    """Weights of the records in every model.

    Attributes:
        class_weight: weight of a record of each class, float64 ``[classes]``.
        left_out: the fold that each model does not see, int64 ``[models]``; -1: it sees all.
        total: sum of the weights of the records that each model sees, float64 ``[models]``.
    """

    class_weight: DoubleArray
    left_out: npt.NDArray[np.int64]
    total: DoubleArray

    def of(self, block: Block) -> FloatArray:
        """Return the weight of every record in every model, float32 ``[records, models]``."""
        sees = block.fold[:, np.newaxis] != self.left_out
        weight = self.class_weight[block.label][:, np.newaxis] * sees / self.total
        return np.asarray(weight, np.float32)


def weighting(
    counts: npt.NDArray[np.int64], class_weight: DoubleArray, left_out: Sequence[int]
) -> Weighting:
    """Return the weights with which the weights of the records sum to 1 in every model.

    Args:
        counts: records of every fold and class, ``[folds, classes]``.
        class_weight: weight of a record of each class, ``[classes]``.
        left_out: the fold that each model does not see; -1: it sees all.
    """
    of_fold = counts @ class_weight
    total = [of_fold.sum() - (of_fold[fold] if fold >= 0 else 0.0) for fold in left_out]
    return Weighting(class_weight, np.asarray(left_out, np.int64), np.asarray(total))


class Passes(Protocol):
    """Training records, in blocks, that a function can be applied to."""

    def sums(self, weights: Weighting, coefficients: Coefficients) -> Sums:
        """Return the sums over all records."""

    def answers(self, weights: Weighting, coefficients: Coefficients) -> FloatArray:
        """Return logits of every record by the model that leaves its fold out.

        The records are in the order of the artefact, float32 ``[records, classes]``.
        """

    def forget(self) -> None:
        """Free the records; there will be no pass over them."""


@dataclass(frozen=True)
class MemoryPasses:
    """Training records in the memory of this process.

    Attributes:
        blocks: all records.
        pool: its threads share a pass.
    """

    blocks: Sequence[Block]
    pool: Executor

    def sums(self, weights: Weighting, coefficients: Coefficients) -> Sums:
        """Return the sums over all records."""
        # In the order of the blocks, whichever is done first: rounding depends on the order.
        return reduce(add, self.pool.map(partial(_sums, weights, coefficients), self.blocks))

    def answers(self, weights: Weighting, coefficients: Coefficients) -> FloatArray:
        """Return logits of every record by the model that leaves its fold out."""
        answered = partial(_answers, weights, coefficients)
        return np.concatenate(list(self.pool.map(answered, self.blocks)))

    def forget(self) -> None:
        """Do nothing: the records go with the last reference to them."""


@dataclass(frozen=True)
class SparkPasses:
    """Training records on the executors.

    Attributes:
        blocks: an RDD of ``Block`` that the executors keep.
    """

    blocks: Any

    def sums(self, weights: Weighting, coefficients: Coefficients) -> Sums:
        """Return the sums over all records."""
        with _shared(self.blocks, _sums, weights, coefficients) as summed:
            found: Sums = self.blocks.map(summed).reduce(add)
        return found

    def answers(self, weights: Weighting, coefficients: Coefficients) -> FloatArray:
        """Return logits of every record by the model that leaves its fold out."""
        with _shared(self.blocks, _answers, weights, coefficients) as answered:
            return np.concatenate(self.blocks.map(answered).collect())

    def forget(self) -> None:
        """Have the executors free the records."""
        self.blocks.unpersist()


def cut(block: Block) -> Iterator[Block]:
    """Yield the records of a block in blocks of the size that passes take least time with."""
    for start in range(0, len(block.label), _ROWS):
        rows = slice(start, start + _ROWS)
        yield Block(block.features[rows], block.label[rows], block.fold[rows])


@contextmanager
def _shared(
    rdd: Any,
    function: Callable[[Weighting, Coefficients, Block], Any],
    weights: Weighting,
    coefficients: Coefficients,
) -> Iterator[Callable[[Block], Any]]:
    """Yield a function of a block whose other arguments reach every executor once."""
    shared = rdd.context.broadcast((weights, coefficients))

    def of_block(block: Block) -> Any:
        weights, coefficients = shared.value
        return function(weights, coefficients, block)

    try:
        yield of_block
    finally:
        # A sweep takes hundreds of passes, and each would leave its coefficients on the disks.
        shared.destroy()


def _sums(weights: Weighting, coefficients: Coefficients, block: Block) -> Sums:
    return sums(block.features, block.label, weights.of(block), coefficients)


def _answers(weights: Weighting, coefficients: Coefficients, block: Block) -> FloatArray:
    answer = np.empty((len(block.label), coefficients.weight.shape[1]), np.float32)
    for model, fold in enumerate(weights.left_out):
        rows = block.fold == fold
        weight = coefficients.weight[model].astype(np.float32)
        answer[rows] = block.features[rows] @ weight.T + coefficients.bias[model]
    return answer
