"""BigDL's optimisation methods, and the criterion that they minimise."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.models.head import FloatArray
from tasks.params.training import ADAM, BALANCED, CONSTANT, LBFGS, SGD, TrainingParams
from tasks.runs.training_record import Plan

#: Records of every class, ``[classes]``.
Counts = npt.NDArray[np.int64]

# BigDL's default of Epsilon, the constant that keeps RMSprop from dividing by 0.
RMSPROP_EPSILON = 1e-8
#: Share of the last step that a step of SGD adds to its own.
MOMENTUM = 0.9
#: The label, as BigDL counts them, of a record without influence on loss and gradient.
PADDING = -1

# Steps that L-BFGS remembers, as SciPy's does; each takes twice the room of the weights.
_REMEMBERED_STEPS = 10


@dataclass(frozen=True)
class Descent:
    """Criterion that BigDL minimises, and its method.

    Attributes:
        loss: BigDL's criterion.
        method: BigDL's method.
    """

    loss: Any
    method: Any


def descent_of(
    params: TrainingParams, plan: Plan, counts: Counts | None = None, done: int = 0
) -> Descent:
    """Return the criterion and the method that the params ask for.

    Args:
        params: name optimizer, schedule and weights of the classes.
        plan: batch size, cores and steps.
        counts: training records of every class, where ``needs_counts`` says so.
        done: steps of earlier tries.
    """
    steps = params.epochs * plan.steps_per_epoch
    method = optim_method(params, steps=steps, done=done)
    loss = criterion(None, plan) if counts is None else loss_of(params, plan, counts)
    return Descent(loss, method)


def needs_counts(params: TrainingParams) -> bool:
    """Return whether the criterion depends on the records of every class."""
    return params.optimizer == LBFGS or params.class_weights == BALANCED


def optim_method(params: TrainingParams, *, steps: int, done: int = 0) -> Any:
    """Return BigDL's method for the optimizer that the params name.

    Args:
        params: name optimizer and schedule.
        steps: of the whole training.
        done: those of earlier tries, which BigDL's method does not count.
    """
    from bigdl.dllib.optim import optimizer as bigdl

    rate, decay = rate_and_decay(params, steps=steps, done=done)
    if params.optimizer == ADAM:
        return bigdl.Adam(learningrate=rate, learningrate_decay=decay)
    if params.optimizer == SGD:
        # Dampening is the momentum by default, which makes the steps ten times smaller.
        return bigdl.SGD(
            learningrate=rate, learningrate_decay=decay, momentum=MOMENTUM, dampening=0.0
        )
    if params.optimizer == LBFGS:
        # BigDL's optimisers give a method one gradient a step, so it may ask for no second one.
        return bigdl.LBFGS(max_iter=1, ncorrection=_REMEMBERED_STEPS)
    return bigdl.RMSprop(
        learningrate=rate,
        learningrate_decay=decay,
        decayrate=params.decay_rate,
        epsilon=RMSPROP_EPSILON,
    )


def rate_and_decay(params: TrainingParams, *, steps: int, done: int) -> tuple[float, float]:
    """Return rate and decay with which step ``t`` of this try has ``rate / (1 + decay t)``.

    With ``falling`` that is ``learning_rate / (1 + 9 (done + t) / steps)``, BigDL's own schedule,
    which ends at a tenth.
    """
    if params.learning_rate_schedule == CONSTANT:
        return params.learning_rate, 0.0
    decay = 9 / max(steps, 1)
    return params.learning_rate / (1 + decay * done), decay / (1 + decay * done)


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


def loss_of(params: TrainingParams, plan: Plan, counts: Counts) -> Any:
    """Return the criterion that the params ask for.

    Args:
        params: name optimizer and weights.
        plan: batch size and cores.
        counts: training records of every class.
    """
    weights = class_weights(params, counts)
    if params.optimizer == LBFGS:
        # BigDL's plain mean would count the padding of a full batch.
        return criterion(weights, plan, int(counts.sum()))
    return criterion(weights if params.class_weights == BALANCED else None, plan)


def class_weights(params: TrainingParams, counts: Counts) -> FloatArray:
    """Return the weights of the classes in the loss, float32 ``[classes]``.

    Args:
        params: name the weights.
        counts: training records of every class, ``[classes]``.
    """
    if params.class_weights == BALANCED:
        return balanced_weights(counts)
    return np.ones(len(counts), np.float32)


def balanced_weights(counts: Counts) -> FloatArray:
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
