"""BigDL's optimisers, local and distributed, around the original example's model."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.datasets.pair import Pair
from tasks.features.store import Features, read_features
from tasks.models.head import FloatArray, Scaling, fit_scaling, scaling_of
from tasks.params.definitions import JobConfig
from tasks.params.training import TrainingParams
from tasks.runs.training_record import Plan

# BigDL's default of Epsilon, the constant that keeps RMSprop from dividing by 0.
RMSPROP_EPSILON = 1e-8


def local_optimizer(
    features: Pair[Features], model: Any, config: JobConfig, plan: Plan
) -> tuple[Any, Scaling | None]:
    """Return an optimiser that trains in the driver's JVM, and the scaling that it trains with.

    Args:
        features: of both splits, in memory.
        model: from ``new_model``; it is trained in place.
        config: epochs, rates, scaling.
        plan: batch size and cores.
    """
    from bigdl.dllib.optim.optimizer import LocalOptimizer, MaxEpoch, Top1Accuracy

    scaling = fit_scaling(features.train.feature) if config.standardize else None
    train = _filled(features.train, plan.batch_size)
    x = Pair(train, features.validation).map(lambda split: _pooled(split.feature, scaling))
    y = Pair(train, features.validation).map(lambda split: _from_one(split.label))
    optimizer = LocalOptimizer(
        X=x.train,
        Y=y.train,
        model=model,
        criterion=_criterion(),
        end_trigger=MaxEpoch(config.epochs),
        batch_size=plan.batch_size,
        optim_method=_rmsprop(config),
        cores=plan.cores,
    )
    optimizer.set_validation(
        batch_size=plan.batch_size,
        X_val=x.validation,
        Y_val=y.validation,
        trigger=_every_epoch(plan),
        val_method=[Top1Accuracy()],
    )
    return optimizer, scaling


def distributed_optimizer(
    files: Pair[Any], model: Any, config: JobConfig, plan: Plan
) -> tuple[Any, Scaling | None]:
    """Return an optimiser that trains on the executors, and the scaling that it trains with.

    Features never reach the driver.

    Args:
        files: RDDs of the contents of each split's feature files; those of training in as many
            partitions as ``training_partitions`` says.
        model: from ``new_model``; it is trained in place.
        config: epochs, rates, scaling.
        plan: batch size and cores.
    """
    from bigdl.dllib.optim.optimizer import DistriOptimizer, MaxEpoch, Top1Accuracy

    scaling = fit_scaling_distributed(files.train) if config.standardize else None
    samples = files.map(lambda split: _samples(split, scaling))
    optimizer = DistriOptimizer(
        model=model,
        training_rdd=_filled_samples(samples.train, plan),
        criterion=_criterion(),
        end_trigger=MaxEpoch(config.epochs),
        batch_size=plan.batch_size,
        optim_method=_rmsprop(config),
    )
    optimizer.set_validation(
        batch_size=plan.batch_size,
        val_rdd=samples.validation,
        trigger=_every_epoch(plan),
        val_method=[Top1Accuracy()],
    )
    return optimizer, scaling


def training_partitions(plan: Plan) -> int:
    """Return in how many partitions the distributed optimiser may be given the training records.

    BigDL deals the records of each partition out to its ``n`` executors, to one after the other
    from any of them on, and needs a share of a batch on every executor. Of ``r`` records in ``p``
    partitions an executor gets at least ``(r - p * (n - 1)) / n``. That is enough if ``p`` is at
    most ``(r - batch_size) / n``, and always if it is 1.
    """
    # Records beyond the first batch, for each core; there are as many cores as executors or more.
    spare = (plan.steps_per_epoch - 2) * plan.batch_size // plan.cores
    return max(min(plan.cores, spare), 1)


def fit_scaling_distributed(files: Any) -> Scaling:
    """Return the result of ``fit_scaling``, from sums that the executors make.

    Args:
        files: an RDD of the contents of feature files.
    """

    def sums(file: bytes) -> npt.NDArray[np.float64]:
        values = read_features(file).feature.astype(np.float64)
        return np.stack([np.full(values.shape[1], len(values)), values.sum(0), (values**2).sum(0)])

    count, total, squares = files.map(sums).reduce(np.add)
    mean = total / count
    return scaling_of(mean, np.sqrt(np.maximum(squares / count - mean**2, 0)))


def _samples(files: Any, scaling: Scaling | None) -> Any:
    """Return an ``RDD[Sample]`` for an RDD of the contents of feature files."""

    def samples(file: bytes) -> Iterator[Any]:
        from bigdl.dllib.utils.common import Sample

        read = read_features(file)
        for x, y in zip(_pooled(read.feature, scaling), _from_one(read.label), strict=True):
            yield Sample.from_ndarray(x, y)

    return files.flatMap(samples)


def _filled(features: Features, batch_size: int) -> Features:
    """Return features with records repeated in turn until there are enough for a batch."""
    count = len(features.label)
    rows = np.arange(max(count, batch_size)) % count
    return features if len(rows) == count else features.take(rows)


def _filled_samples(samples: Any, plan: Plan) -> Any:
    """Return an ``RDD[Sample]`` of at least a batch; one of fewer records is in one partition."""
    if plan.steps_per_epoch > 1 or plan.batch_size > plan.cores:
        return samples

    def fill(partition: Iterator[Any]) -> Iterator[Any]:
        few = list(partition)
        yield from few
        yield from islice(cycle(few), max(plan.batch_size - len(few), 0))

    return samples.mapPartitions(fill)


def _pooled(feature: FloatArray, scaling: Scaling | None) -> FloatArray:
    """Return features, scaled, in the shape of the network's last pooling.

    The model's Squeeze expects it: float32 ``[records, 1, 1, features]``.
    """
    scaled = scaling(feature) if scaling else feature
    return scaled[:, np.newaxis, np.newaxis, :]


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


def _from_one(label: npt.NDArray[Any]) -> FloatArray:
    """Return labels as BigDL counts them, from 1, as float32."""
    return (label + 1).astype(np.float32)
