"""Linear classifier on top of the network, and the scaling that is folded into it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scaling:
    """Scaling of every feature to zero mean and unit deviation.

    Attributes:
        mean: float32 ``[features]``.
        deviation: float32 ``[features]``, never 0.
    """

    mean: FloatArray
    deviation: FloatArray

    def __call__(self, features: FloatArray) -> FloatArray:
        """Return ``features``, float32 ``[records, features]``, scaled."""
        return (features - self.mean) / self.deviation


@dataclass(frozen=True)
class Head:
    """A linear layer on raw features.

    Attributes:
        weight: float32 ``[classes, features]``.
        bias: float32 ``[classes]``.
    """

    weight: FloatArray
    bias: FloatArray

    def logits(self, features: FloatArray) -> FloatArray:
        """Return float32 ``[records, classes]`` for float32 ``[records, features]``."""
        return features @ self.weight.T + self.bias


def fit_scaling(features: FloatArray) -> Scaling:
    """Return the scaling of the training features, float32 ``[records, features]``."""
    return scaling_of(
        features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    )


def scaling_of(mean: npt.NDArray[np.float64], deviation: npt.NDArray[np.float64]) -> Scaling:
    """Return the scaling of this mean and deviation; features without deviation are only shifted.

    Args:
        mean: float64 ``[features]``.
        deviation: float64 ``[features]``.
    """
    deviation = np.where(deviation > 0, deviation, 1.0)
    return Scaling(mean.astype(np.float32), deviation.astype(np.float32))


def fold(head: Head, scaling: Scaling) -> Head:
    """Return the head whose logits on raw features are those of ``head`` on scaled ones.

    ``W ((x - m) / d) + b = (W / d) x + (b - (W / d) m)``.
    """
    weight = head.weight.astype(np.float64) / scaling.deviation
    bias = head.bias - weight @ scaling.mean
    return Head(weight.astype(np.float32), bias.astype(np.float32))


def fold_temperature(head: Head, temperature: float) -> Head:
    """Return the head whose logits are those of ``head`` over a temperature, above 0."""
    weight, bias = (values.astype(np.float64) / temperature for values in (head.weight, head.bias))
    return Head(weight.astype(np.float32), bias.astype(np.float32))


def softmax(logits: FloatArray) -> FloatArray:
    """Return float32 probabilities ``[records, classes]`` of logits of the same shape."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), np.float32)
