"""Nearest neighbours among features: near copies, and pictures far from all others.

The distance is 1 - cosine. Distances are made block by block: there are never more than
``_ROWS`` rows of them in memory.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

#: How many neighbours of a record are looked at.
NEIGHBOURS = 10
#: A pair is a near copy up to this share of the distance to the tenth neighbour of either.
NEAR = 0.35
# In a long series of near copies, the tenth neighbour is one as well: closer than this share of
# the median of all distances to the tenth neighbour is near, too.
_NEAR_OF_MEDIAN = 0.1
#: A record is far from all from this many robust deviations on.
FAR = 3.0

_ROWS = 512
# Of a normal distribution, the standard deviation is this times the median absolute deviation.
_MAD = 1.4826
# Rounding of a cosine of float32.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Neighbours:
    """The nearest neighbours of every record, the nearest first.

    Attributes:
        row: their numbers, int64 ``[records, neighbours]``.
        distance: to them, float32 ``[records, neighbours]``.
    """

    row: IntArray
    distance: FloatArray


@dataclass(frozen=True)
class NearPairs:
    """Pairs of records that are near copies, the nearest first.

    Attributes:
        row: their numbers, the smaller first, int64 ``[pairs, 2]``.
        cosine: of their features, float32 ``[pairs]``.
    """

    row: IntArray
    cosine: FloatArray


def find_neighbours(feature: FloatArray, count: int = NEIGHBOURS) -> Neighbours:
    """Return the nearest neighbours of every record.

    Args:
        feature: ``[records, features]``, more records than ``count``.
        count: how many neighbours.
    """
    norm = np.linalg.norm(feature, axis=1, keepdims=True)
    unit = feature / np.maximum(norm, np.finfo(np.float32).tiny)
    row = np.empty((len(unit), count), np.int64)
    distance = np.empty((len(unit), count), np.float32)
    for first in range(0, len(unit), _ROWS):
        block = 1 - unit[first : first + _ROWS] @ unit.T
        own = np.arange(len(block))
        block[own, first + own] = np.inf
        nearest = np.argpartition(block, count - 1, axis=1)[:, :count]
        found = np.take_along_axis(block, nearest, axis=1)
        order = np.argsort(found, axis=1, kind="stable")
        row[first : first + _ROWS] = np.take_along_axis(nearest, order, axis=1)
        distance[first : first + _ROWS] = np.take_along_axis(found, order, axis=1)
    return Neighbours(row, np.maximum(distance, 0))


def near_pairs(found: Neighbours) -> NearPairs:
    """Return the pairs that are much nearer to each other than to their other neighbours.

    How far apart the features of different pictures are depends on network and pictures. So a pair
    is compared with its surroundings, and not with a fixed cosine.
    """
    farthest = found.distance[:, -1]
    ours = np.repeat(np.arange(len(farthest)), found.row.shape[1])
    theirs, distance = found.row.ravel(), found.distance.ravel()
    around = NEAR * np.minimum(farthest[ours], farthest[theirs])
    limit = np.maximum(around, _NEAR_OF_MEDIAN * np.median(farthest))
    near = distance <= np.maximum(limit, _ROUNDING)
    pairs = np.sort(np.stack([ours[near], theirs[near]], axis=1), axis=1)
    unique, index = np.unique(pairs, axis=0, return_index=True)
    apart = distance[near][index]
    order = np.argsort(apart, kind="stable")
    return NearPairs(unique[order], 1 - apart[order])


def far_rows(found: Neighbours) -> tuple[IntArray, FloatArray]:
    """Return the records far from all others, the farthest first, and how far each is.

    How far is in robust standard deviations above the median of the distances to the last
    neighbour (Iglewicz and Hoaglin 1993, "How to Detect and Handle Outliers").
    """
    farthest = found.distance[:, -1]
    median = np.median(farthest)
    deviation = _MAD * np.median(np.abs(farthest - median))
    if deviation <= _ROUNDING:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    score = (farthest - median) / deviation
    order = np.argsort(-score, kind="stable")
    rows = order[score[order] > FAR]
    return rows, score[rows].astype(np.float32)
