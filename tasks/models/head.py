"""The linear classifier on top of the network, and the scaling that is folded into it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scaling:
    """Zero mean and unit deviation, feature by feature.

    Attributes:
        mean: float32 ``[1024]``.
        deviation: float32 ``[1024]``, never 0.
    """

    mean: FloatArray
    deviation: FloatArray

    def __call__(self, features: FloatArray) -> FloatArray:
        """Return ``features``, float32 ``[n, 1024]``, scaled."""
        return (features - self.mean) / self.deviation


@dataclass(frozen=True)
class Head:
    """A linear layer on raw features.

    Attributes:
        weight: float32 ``[classes, 1024]``.
        bias: float32 ``[classes]``.
    """

    weight: FloatArray
    bias: FloatArray

    def logits(self, features: FloatArray) -> FloatArray:
        """Return float32 ``[n, classes]`` for ``features``, float32 ``[n, 1024]``."""
        return features @ self.weight.T + self.bias


def fit_scaling(features: FloatArray) -> Scaling:
    """Return the scaling of the training features, float32 ``[n, 1024]``."""
    return scaling_of(
        features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    )


def scaling_of(mean: npt.NDArray[np.float64], deviation: npt.NDArray[np.float64]) -> Scaling:
    """Return a scaling that leaves features without deviation as they are."""
    deviation = np.where(deviation > 0, deviation, 1.0)
    return Scaling(mean.astype(np.float32), deviation.astype(np.float32))


def fold(head: Head, scaling: Scaling) -> Head:
    """Return the head that gives on raw features what ``head`` gives on scaled ones.

    ``W ((x - m) / d) + b = (W / d) x + (b - (W / d) m)``.
    """
    weight = head.weight.astype(np.float64) / scaling.deviation
    bias = head.bias - weight @ scaling.mean
    return Head(weight.astype(np.float32), bias.astype(np.float32))


def softmax(logits: FloatArray) -> FloatArray:
    """Return float32 probabilities ``[n, classes]``."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), np.float32)
