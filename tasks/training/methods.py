"""BigDL's optimisation methods, and the criterion that they minimise."""

from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.models.head import FloatArray
from tasks.params.training import ADAM, BALANCED, LBFGS, NONE, SGD, TrainingParams
from tasks.runs.training_record import Plan

# BigDL's default of Epsilon, the constant that keeps RMSprop from dividing by 0.
RMSPROP_EPSILON = 1e-8
#: Share of the last step that a step of SGD adds to its own.
MOMENTUM = 0.9
#: The label, as BigDL counts them, of a record without influence on loss and gradient.
PADDING = -1

# Steps that L-BFGS remembers, as SciPy's does; each takes twice the room of the weights.
_REMEMBERED_STEPS = 10


def optim_method(params: TrainingParams) -> Any:
    """Return BigDL's method for the optimizer that the params name."""
    from bigdl.dllib.optim import optimizer as bigdl

    rate = params.learning_rate
    if params.optimizer == ADAM:
        return bigdl.Adam(learningrate=rate)
    if params.optimizer == SGD:
        # Dampening is the momentum by default, which makes the steps ten times smaller.
        return bigdl.SGD(learningrate=rate, momentum=MOMENTUM, dampening=0.0)
    if params.optimizer == LBFGS:
        # BigDL's optimisers give a method one gradient a step, so it may ask for no second one.
        return bigdl.LBFGS(max_iter=1, ncorrection=_REMEMBERED_STEPS)
    return bigdl.RMSprop(learningrate=rate, decayrate=params.decay_rate, epsilon=RMSPROP_EPSILON)


def criterion(weights: FloatArray | None, plan: Plan, records: int | None = None) -> Any:
    """Return BigDL's cross entropy, the mean over the records of a step.

    BigDL's own mean with weights divides by the sum of the weights of the records that a core has
    of a step: the fewer those are, the less the weights count, and a single one's counts nothing.
    This one divides by the number of records.

    Args:
        weights: of the classes, of mean 1 over the records; None: BigDL's plain mean.
        plan: batch size and cores; each core has an equal share of a batch.
        records: how many of a batch are no padding; None: all.
    """
    from bigdl.dllib.nn.criterion import CrossEntropyCriterion

    if weights is None:
        return CrossEntropyCriterion()
    # BigDL takes the mean of the losses of the cores.
    scale = plan.cores / (records or plan.batch_size)
    return CrossEntropyCriterion((weights * scale).astype(np.float32), size_average=False)


def criterion_of(params: TrainingParams, plan: Plan, counts: npt.NDArray[np.int64]) -> Any:
    """Return the criterion that the params ask for.

    Args:
        params: name optimizer and weights.
        plan: batch size and cores.
        counts: training records of every class, ``[classes]``.
    """
    weights = class_weights(params, counts)
    if params.optimizer == LBFGS:
        # BigDL's plain mean would count the padding of a full batch.
        return criterion(weights, plan, int(counts.sum()))
    return criterion(None if params.class_weights == NONE else weights, plan)


def class_weights(params: TrainingParams, counts: npt.NDArray[np.int64]) -> FloatArray:
    """Return the weights of the classes in the loss, float32 ``[classes]``.

    Args:
        params: name the weights.
        counts: training records of every class, ``[classes]``.
    """
    if params.class_weights == BALANCED:
        return balanced_weights(counts)
    return np.ones(len(counts), np.float32)


def balanced_weights(counts: npt.NDArray[np.int64]) -> FloatArray:
    """Return the weights of classes with which all classes count the same.

    ``n / (k n_c)`` for class ``c`` with ``n_c`` of ``n`` records and ``k`` classes that have any,
    0 for the others: King and Zeng, "Logistic Regression in Rare Events Data", Political Analysis
    9, 2001, and scikit-learn's ``class_weight="balanced"``. Their mean over the records is 1.

    Args:
        counts: records of every class, ``[classes]``.
    """
    present = counts > 0
    weights = np.zeros(len(counts))
    weights[present] = counts.sum() / (present.sum() * counts[present])
    return weights.astype(np.float32)
