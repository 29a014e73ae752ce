"""Features in the form in which a logistic regression is solved fast: scaled and uncorrelated.

A rotation changes neither the optimum nor the penalty on the weights. Directions in which the
training records do not differ are left out: the optimum has no weight there.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.models.head import FloatArray, Head

DoubleArray = npt.NDArray[np.float64]

# The eigenvectors of more features take longer than the passes that they save.
_MOST_ROTATED = 2048
# A direction's variance, relative to the mean of all, below which it is rounding.
_LEAST_VARIANCE = 1e-7


@dataclass(frozen=True)
class Unit:
    """Origin and unit of the features.

    Attributes:
        mean: float64 ``[features]``.
        unit: one for each feature, so that all have deviation 1, or the same for all, so that
            their mean variance is 1; float64 ``[features]``.
        l2_factor: an L2 of 1 on the features as they are trained on, raw or standardised, is one of
            ``1 / l2_factor`` in this unit.
    """

    mean: DoubleArray
    unit: DoubleArray
    l2_factor: float

    def __call__(self, features: FloatArray) -> FloatArray:
        """Return features, float32 ``[records, features]``, from this origin in this unit."""
        return ((features - self.mean) / self.unit).astype(np.float32)


@dataclass(frozen=True)
class Rotation:
    """Directions of the training features, the one of the largest variance first.

    Attributes:
        unit: is applied before.
        vectors: float32 ``[features, directions]``, orthogonal and of length 1; None: every
            feature is a direction of its own.
        spread: variance along each direction, float64 ``[directions]``.
    """

    unit: Unit
    vectors: FloatArray | None
    spread: DoubleArray

    def __call__(self, features: FloatArray) -> FloatArray:
        """Return raw features, float32 ``[records, features]``, as ``[records, directions]``."""
        scaled = self.unit(features)
        return scaled if self.vectors is None else scaled @ self.vectors

    def head(self, weight: DoubleArray, bias: DoubleArray) -> Head:
        """Return a head on raw features.

        Args:
            weight: on the directions, float64 ``[classes, directions]``.
            bias: float64 ``[classes]``.
        """
        turned = weight if self.vectors is None else weight @ self.vectors.T.astype(np.float64)
        raw = turned / self.unit.unit
        moved = bias - raw @ self.unit.mean
        return Head(raw.astype(np.float32), moved.astype(np.float32))


def unit_of(mean: DoubleArray, deviation: DoubleArray, *, standardize: bool) -> Unit:
    """Return origin and unit of features.

    Args:
        mean: of the training features, float64 ``[features]``.
        deviation: of the training features, float64 ``[features]``.
        standardize: train on features of unit deviation.
    """
    if standardize:
        return Unit(mean, np.where(deviation > 0, deviation, 1.0), 1.0)
    variance = float(np.mean(deviation**2)) or 1.0
    return Unit(mean, np.full(len(mean), np.sqrt(variance)), variance)


def is_rotated(unit: Unit) -> bool:
    """Return whether there are few enough features for a rotation to be worth its time."""
    return len(unit.mean) <= _MOST_ROTATED


def rotation(unit: Unit, covariance: DoubleArray) -> Rotation:
    """Return the directions of features with this covariance, ``[features, features]``."""
    spread, vectors = np.linalg.eigh(covariance.astype(np.float32))
    varies = spread > _LEAST_VARIANCE * max(float(spread.mean()), 0.0)
    # A model needs a direction, though none may tell records apart.
    varies[-1] = True
    chosen = np.flatnonzero(varies)[::-1]
    return Rotation(
        unit,
        np.ascontiguousarray(vectors[:, chosen]),
        np.maximum(spread[chosen], 0).astype(np.float64),
    )


def unrotated(unit: Unit, deviation: DoubleArray) -> Rotation:
    """Return the features themselves as directions.

    Args:
        unit: is applied before.
        deviation: of the training features, float64 ``[features]``.
    """
    return Rotation(unit, None, (deviation / unit.unit) ** 2)
