"""BigDL's optimisers, local and distributed, around the original example's model."""

from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.datasets.pair import Pair
from tasks.features.store import Features, read_features
from tasks.models.head import Scaling, fit_scaling, scaling_of
from tasks.params.definitions import JobConfig
from tasks.params.training import LBFGS
from tasks.runs.training_record import Plan
from tasks.training.methods import Descent
from tasks.training.samples import Read, filled, filled_samples, from_one, pooled, samples_of


def local_optimizer(
    features: Pair[Features],
    model: Any,
    config: JobConfig,
    plan: Plan,
    descent: Descent,
) -> tuple[Any, Scaling | None]:
    """Return an optimiser that trains in the driver's JVM, and the scaling that it trains with.

    Args:
        features: of both splits, in memory.
        model: from ``new_model``; it is trained in place.
        config: epochs, optimizer, rates, scaling.
        plan: batch size and cores.
        descent: loss and method.
    """
    from bigdl.dllib.optim.optimizer import LocalOptimizer

    scaling = fit_scaling(features.train.feature) if config.standardize else None
    x = features.map(lambda split: pooled(split.feature, scaling))
    y = features.map(lambda split: from_one(split.label))
    # A step of lbfgs takes all records, and padding up to a whole batch.
    pad = config.optimizer == LBFGS
    train_x, train_y = filled(x.train, y.train, plan.batch_size, pad=pad)
    optimizer = LocalOptimizer(
        X=train_x,
        Y=train_y,
        model=model,
        cores=plan.cores,
        **_course(config, plan, descent),
    )
    optimizer.set_validation(X_val=x.validation, Y_val=y.validation, **_measurement(plan))
    return optimizer, scaling


def distributed_optimizer(
    files: Pair[Any],
    model: Any,
    config: JobConfig,
    plan: Plan,
    descent: Descent,
    *,
    read: Read = read_features,
) -> tuple[Any, Scaling | None]:
    """Return an optimiser that trains on the executors, and the scaling that it trains with.

    Features never reach the driver.

    Args:
        files: RDDs of the contents of each split's feature files; those of training in as many
            partitions as ``training_partitions`` says.
        model: from ``new_model``; it is trained in place.
        config: epochs, optimizer, rates, scaling.
        plan: batch size and cores.
        descent: loss and method.
        read: reads a file of training records.
    """
    from bigdl.dllib.optim.optimizer import DistriOptimizer

    scaling = fit_scaling_distributed(files.train, read) if config.standardize else None
    train = samples_of(files.train, scaling, read)
    optimizer = DistriOptimizer(
        model=model,
        training_rdd=filled_samples(train, plan, pad=config.optimizer == LBFGS),
        **_course(config, plan, descent),
    )
    if config.optimizer == LBFGS:
        # Differences of gradients that were cut to 8 bits lead it astray.
        optimizer.value.setCompressType("none")
    validation = samples_of(files.validation, scaling, read_features)
    optimizer.set_validation(val_rdd=validation, **_measurement(plan))
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


def fit_scaling_distributed(files: Any, read: Read = read_features) -> Scaling:
    """Return the result of ``fit_scaling``, from sums that the executors make.

    Args:
        files: an RDD of the contents of feature files.
        read: reads a file.
    """

    def sums(file: bytes) -> npt.NDArray[np.float64]:
        values = read(file).feature.astype(np.float64)
        return np.stack([np.full(values.shape[1], len(values)), values.sum(0), (values**2).sum(0)])

    count, total, squares = files.map(sums).reduce(np.add)
    mean = total / count
    return scaling_of(mean, np.sqrt(np.maximum(squares / count - mean**2, 0)))


def _course(config: JobConfig, plan: Plan, descent: Descent) -> dict[str, Any]:
    """Return the arguments that say how either optimiser trains."""
    from bigdl.dllib.optim.optimizer import MaxEpoch

    return {
        "criterion": descent.loss,
        "end_trigger": MaxEpoch(config.epochs),
        "batch_size": plan.batch_size,
        "optim_method": descent.method,
    }


def _measurement(plan: Plan) -> dict[str, Any]:
    """Return the arguments that say how either optimiser measures."""
    from bigdl.dllib.optim.optimizer import Top1Accuracy

    return {
        "batch_size": plan.batch_size,
        "trigger": _every_epoch(plan),
        "val_method": [Top1Accuracy()],
    }


def _every_epoch(plan: Plan) -> Any:
    """Return a trigger for the end of every epoch."""
    from bigdl.dllib.optim.optimizer import EveryEpoch, SeveralIteration

    # EveryEpoch waits for a change of the epoch's number, and misses the first of a single step.
    return SeveralIteration(1) if plan.steps_per_epoch == 1 else EveryEpoch()
