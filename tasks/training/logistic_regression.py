"""Multinomial logistic regression with an L2 penalty, solved to its optimum by L-BFGS.

Several models are solved at once: they see the same records with different weights, so one pass
over the records serves all of them. That is what cross-validation needs.

For every model ``m`` with weights ``W`` and bias ``b`` the objective is

``sum_i a[i, m] * cross_entropy(softmax(W x_i + b), y_i) + l2 / 2 * sum(W ** 2)``,

where the weights ``a[:, m]`` of the records sum to 1; the bias has no penalty. L-BFGS: Liu and
Nocedal, "On the Limited Memory BFGS Method for Large Scale Optimization", Mathematical Programming
45, 1989, as SciPy has it.

The variables are scaled by the bound of Böhning, "Multinomial Logistic Regression Algorithm",
Annals of the Institute of Statistical Mathematics 44, 1992: with ``c`` the mean of ``p (1 - p)``
and uncorrelated features of variance ``e``, the curvature is about ``c e + l2``. After the scaling
it is about 1 in all directions, which takes a fraction of the passes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.models.head import FloatArray

DoubleArray = npt.NDArray[np.float64]

# SciPy's default and scikit-learn's.
_REMEMBERED_STEPS = 10
_MOST_PASSES = 500
# Keeps the scaling finite where all probabilities are 0 or 1.
_LEAST_CURVATURE = 1e-3


@dataclass(frozen=True)
class Tolerance:
    """Ends of a fit, whichever comes first.

    Attributes:
        decrease: of the objective in an iteration, relative to the larger of itself and 1.
        gradient: largest element of the gradient, of the scaled variables.
    """

    decrease: float
    gradient: float


#: Enough to compare strengths: the log loss is right to four digits.
COARSE = Tolerance(1e-6, 1e-4)
#: As far as float32 features allow.
FINE = Tolerance(1e-9, 1e-6)


@dataclass(frozen=True)
class Coefficients:
    """Coefficients of all models.

    Attributes:
        weight: float64 ``[models, classes, features]``.
        bias: float64 ``[models, classes]``.
    """

    weight: DoubleArray
    bias: DoubleArray

    @classmethod
    def zeros(cls, models: int, classes: int, features: int) -> "Coefficients":
        """Return what every fit starts from that is given nothing else."""
        return cls(np.zeros((models, classes, features)), np.zeros((models, classes)))


@dataclass(frozen=True)
class Sums:
    """Sums over records, of all models.

    Attributes:
        loss: weighted cross entropy, float64 ``[models]``.
        curvature: weighted mean over the classes of ``p (1 - p)``, float64 ``[models]``.
        weight: gradient of the loss, float64 ``[models, classes, features]``.
        bias: gradient of the loss, float64 ``[models, classes]``.
    """

    loss: DoubleArray
    curvature: DoubleArray
    weight: DoubleArray
    bias: DoubleArray

    def __add__(self, other: "Sums") -> "Sums":
        """Return the sums over the records of both."""
        return Sums(
            self.loss + other.loss,
            self.curvature + other.curvature,
            self.weight + other.weight,
            self.bias + other.bias,
        )


#: One pass over all records, wherever they are.
SumsOf = Callable[[Coefficients], Sums]


@dataclass(frozen=True)
class Pass:
    """State after an iteration of L-BFGS.

    Attributes:
        number: of the iteration, from 1.
        passes: over the records so far; a line search may take several in an iteration.
        loss: weighted cross entropy of every model, without the penalty.
        coefficients: of all models.
    """

    number: int
    passes: int
    loss: DoubleArray
    coefficients: Coefficients


def sums(
    features: FloatArray,
    label: npt.NDArray[np.int32],
    weight: FloatArray,
    coefficients: Coefficients,
) -> Sums:
    """Return the sums over some records.

    Args:
        features: float32 ``[records, features]``.
        label: ``[records]``, from 0.
        weight: of every record in every model, float32 ``[records, models]``.
        coefficients: of all models.
    """
    models, classes, size = coefficients.weight.shape
    stacked = coefficients.weight.reshape(models * classes, size).astype(np.float32)
    flat = features @ stacked.T
    flat += coefficients.bias.astype(np.float32).reshape(-1)
    p = flat.reshape(len(label), models, classes)
    rows = np.arange(len(label))
    p -= p.max(axis=2, keepdims=True)
    of_label = p[rows, :, label]
    np.exp(p, out=p)
    total = p.sum(axis=2)
    loss = np.einsum("im,im->m", np.log(total) - of_label, weight, dtype=np.float64)
    p /= total[:, :, np.newaxis]
    spread = (1 - np.einsum("imk,imk->im", p, p)) / classes
    curvature = np.einsum("im,im->m", spread, weight, dtype=np.float64)
    p[rows, :, label] -= 1
    p *= weight[:, :, np.newaxis]
    gradient = (flat.T @ features).astype(np.float64).reshape(models, classes, size)
    return Sums(loss, curvature, gradient, p.sum(axis=0, dtype=np.float64))


def fit(
    sums_of: SumsOf,
    spread: DoubleArray,
    l2: float,
    start: Coefficients,
    *,
    tolerance: Tolerance = FINE,
    after_pass: Callable[[Pass], None] | None = None,
) -> Coefficients:
    """Return the coefficients at the optimum of every model.

    Args:
        sums_of: makes a pass over all records.
        spread: variance of every feature, float64 ``[features]``; features should be uncorrelated.
        l2: strength of the penalty, above 0.
        start: where to start.
        tolerance: when to end.
        after_pass: is called after every iteration, once at least.
    """
    from scipy.optimize import minimize

    objective = _Objective(sums_of, spread, l2, start)

    def report(_: Any) -> None:
        if after_pass:
            after_pass(objective.last_pass())

    found = minimize(
        objective,
        objective.variables(start),
        jac=True,
        method="L-BFGS-B",
        callback=report,
        options={
            "maxcor": _REMEMBERED_STEPS,
            "maxiter": _MOST_PASSES,
            "ftol": tolerance.decrease,
            "gtol": tolerance.gradient,
        },
    )
    if not found.nit:
        # The start is the optimum, as where all features are equal: its pass is all there is.
        report(found)
    return objective.coefficients(found.x)


class _Objective:
    """Sum of the objectives of all models, as a function of one vector of scaled variables.

    The models do not share variables, so the optimum of the sum is the optimum of each.
    """

    def __init__(
        self, sums_of: SumsOf, spread: DoubleArray, l2: float, start: Coefficients
    ) -> None:
        self._sums_of = sums_of
        self._shape = start.weight.shape
        self._l2 = l2
        self._passes = 1
        self._iterations = 0
        self._last = (start, sums_of(start))
        curvature = max(float(self._last[1].curvature.mean()), _LEAST_CURVATURE)
        self._weight_scale = 1 / np.sqrt(curvature * spread + l2)
        self._bias_scale = 1 / np.sqrt(curvature)
        self._start = self.variables(start)

    def __call__(self, variables: DoubleArray) -> tuple[float, DoubleArray]:
        """Return value and gradient."""
        # The pass at the start is made already.
        if self._passes > 1 or not np.array_equal(variables, self._start):
            coefficients = self.coefficients(variables)
            self._last = (coefficients, self._sums_of(coefficients))
            self._passes += 1
        coefficients, found = self._last
        weight = coefficients.weight
        value = float(found.loss.sum()) + self._l2 / 2 * float(np.vdot(weight, weight))
        gradient = Coefficients(
            (found.weight + self._l2 * weight) * self._weight_scale,
            found.bias * self._bias_scale,
        )
        return value, _joined(gradient)

    def variables(self, coefficients: Coefficients) -> DoubleArray:
        """Return coefficients as scaled variables."""
        scaled = Coefficients(
            coefficients.weight / self._weight_scale, coefficients.bias / self._bias_scale
        )
        return _joined(scaled)

    def coefficients(self, variables: DoubleArray) -> Coefficients:
        """Return scaled variables as coefficients."""
        weights = int(np.prod(self._shape))
        return Coefficients(
            variables[:weights].reshape(self._shape) * self._weight_scale,
            variables[weights:].reshape(self._shape[:2]) * self._bias_scale,
        )

    def last_pass(self) -> Pass:
        """Return the state after the iteration that has just ended."""
        self._iterations += 1
        coefficients, found = self._last
        return Pass(self._iterations, self._passes, found.loss, coefficients)


def _joined(coefficients: Coefficients) -> DoubleArray:
    return np.concatenate([coefficients.weight.ravel(), coefficients.bias.ravel()])
