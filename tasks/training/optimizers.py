"""Builds BigDL's optimisers, local and distributed, around the original example's model."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.features.store import Features, read_features
from tasks.models.head import FloatArray, Scaling, fit_scaling, scaling_of
from tasks.params.definitions import JobConfig, TrainingParams
from tasks.training.plan import Plan

# BigDL's default of Epsilon, the constant that keeps RMSprop from dividing by 0.
RMSPROP_EPSILON = 1e-8


def local_optimizer(
    features: Sequence[Features], model: Any, config: JobConfig, plan: Plan
) -> tuple[Any, Scaling | None]:
    """Return an optimiser that trains in the driver's JVM, and the scaling that it trains with.

    Args:
        features: those to train on and those to validate on.
        model: from ``new_model``; it is trained in place.
        config: epochs, rates, scaling.
        plan: batch size and cores.
    """
    from bigdl.dllib.optim.optimizer import LocalOptimizer, MaxEpoch, Top1Accuracy

    training, validation = features
    scaling = fit_scaling(training.feature) if config.standardize else None
    x, x_validation = (
        _pooled(scaling(f.feature) if scaling else f.feature) for f in (training, validation)
    )
    optimizer = LocalOptimizer(
        X=x,
        Y=_from_one(training.label),
        model=model,
        criterion=_criterion(),
        end_trigger=MaxEpoch(config.epochs),
        batch_size=plan.batch_size,
        optim_method=_rmsprop(config),
        cores=plan.cores,
    )
    optimizer.set_validation(
        batch_size=plan.batch_size,
        X_val=x_validation,
        Y_val=_from_one(validation.label),
        trigger=_every_epoch(plan),
        val_method=[Top1Accuracy()],
    )
    return optimizer, scaling


def distributed_optimizer(
    files: Sequence[Any], model: Any, config: JobConfig, plan: Plan
) -> tuple[Any, Scaling | None]:
    """Return an optimiser that trains on the executors, and the scaling that it trains with.

    Features never reach the driver.

    Args:
        files: an RDD of training feature files' contents and one of validation feature files'.
        model: from ``new_model``; it is trained in place.
        config: epochs, rates, scaling.
        plan: batch size and cores.
    """
    from bigdl.dllib.optim.optimizer import DistriOptimizer, MaxEpoch, Top1Accuracy

    scaling = fit_scaling_distributed(files[0]) if config.standardize else None
    training, validation = (_samples(f, scaling) for f in files)
    optimizer = DistriOptimizer(
        model=model,
        training_rdd=training,
        criterion=_criterion(),
        end_trigger=MaxEpoch(config.epochs),
        batch_size=plan.batch_size,
        optim_method=_rmsprop(config),
    )
    optimizer.set_validation(
        batch_size=plan.batch_size,
        val_rdd=validation,
        trigger=_every_epoch(plan),
        val_method=[Top1Accuracy()],
    )
    return optimizer, scaling


def _samples(files: Any, scaling: Scaling | None) -> Any:
    """Return an ``RDD[Sample]`` of an RDD of feature files' contents."""

    def samples(file: bytes) -> Iterator[Any]:
        from bigdl.dllib.utils.common import Sample

        read = read_features(file)
        feature = scaling(read.feature) if scaling else read.feature
        for x, y in zip(_pooled(feature), _from_one(read.label), strict=True):
            yield Sample.from_ndarray(x, y)

    return files.flatMap(samples)


def fit_scaling_distributed(files: Any) -> Scaling:
    """Return what ``fit_scaling`` does, from sums that the executors make of feature files."""

    def sums(file: bytes) -> npt.NDArray[np.float64]:
        values = read_features(file).feature.astype(np.float64)
        return np.stack([np.full(values.shape[1], len(values)), values.sum(0), (values**2).sum(0)])

    count, total, squares = files.map(sums).reduce(np.add)
    mean = total / count
    return scaling_of(mean, np.sqrt(np.maximum(squares / count - mean**2, 0)))


def _criterion() -> Any:
    from bigdl.dllib.nn.criterion import CrossEntropyCriterion

    return CrossEntropyCriterion()


def _rmsprop(params: TrainingParams) -> Any:
    from bigdl.dllib.optim.optimizer import RMSprop

    return RMSprop(
        learningrate=params.learning_rate, decayrate=params.decay_rate, epsilon=RMSPROP_EPSILON
    )


def _every_epoch(plan: Plan) -> Any:
    """Return a trigger for the end of every epoch."""
    from bigdl.dllib.optim.optimizer import EveryEpoch, SeveralIteration

    # EveryEpoch waits for a change of the epoch's number, and misses the first of a single step.
    return SeveralIteration(1) if plan.steps_per_epoch == 1 else EveryEpoch()


def _pooled(feature: FloatArray) -> FloatArray:
    """Return features ``[n, size]`` as ``[n, 1, 1, size]``, which the model's Squeeze expects."""
    return feature[:, None, None, :]


def _from_one(label: npt.NDArray[Any]) -> FloatArray:
    """Return labels as BigDL counts them, from 1, as float32."""
    return (label + 1).astype(np.float32)
