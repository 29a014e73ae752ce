"""Trains the linear classifier with BigDL.

The model is the original example's: Squeeze, Linear; cross entropy; RMSprop (Tieleman and Hinton,
"Lecture 6.5", Neural Networks for Machine Learning, 2012); top-1 accuracy at every epoch.
"""

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.config import JobConfig, TrainingParams
from tasks.dump import Pipeline
from tasks.errors import GraftError
from tasks.features.store import feature_contents, load_features, read_features
from tasks.head import FloatArray, Head, Scaling, fit_scaling, fold, scaling_of
from tasks.locations import Location
from tasks.network import FEATURE_SIZE
from tasks.optimizer_log import Epoch, followed, read_epochs
from tasks.spark_cluster import Cluster, log_optimizer_to, quiet

logger = logging.getLogger(__name__)

LOCAL = "LocalOptimizer"
DISTRIBUTED = "DistriOptimizer"

# BigDL's default of Epsilon, the constant that keeps RMSprop from dividing by 0.
RMSPROP_EPSILON = 1e-8

# The network's output, which the model's Squeeze expects.
_POOLED = (-1, 1, 1, FEATURE_SIZE)
_MIB = 2**20

# Features reach BigDL as text through py4j and are copied on the way: 1/4 of the heap was too much,
# 1/8 was not.
_HEAP_PER_FEATURES = 8


@dataclass(frozen=True)
class Plan:
    """How a training is run, once the machine is known.

    Attributes:
        optimizer: ``LocalOptimizer`` or ``DistriOptimizer``.
        batch_size: a multiple of ``cores``.
        cores: of the whole cluster.
        steps_per_epoch: batches that it takes to see every training record.
    """

    optimizer: str
    batch_size: int
    cores: int
    steps_per_epoch: int


def plan_training(config: JobConfig, pipelines: Sequence[Pipeline], cluster: Cluster) -> Plan:
    """Choose the optimiser and round the batch; say so in one line each."""
    values = sum(p.records * p.feature_size for p in pipelines)
    size = values * np.dtype(np.float32).itemsize / _MIB
    bound = min(config.max_local_mib, cluster.heap_mib / _HEAP_PER_FEATURES)
    optimizer = LOCAL if cluster.is_local and size <= bound else DISTRIBUTED
    logger.info(
        "%s: master %s, %d cores, %.1f MiB of features (the driver takes up to %.0f)",
        optimizer,
        cluster.master,
        cluster.cores,
        size,
        bound if cluster.is_local else 0,
    )
    batch_size = -(-config.batch_size // cluster.cores) * cluster.cores
    if batch_size != config.batch_size:
        logger.info(
            "batch size %d -> %d, a multiple of %d cores",
            config.batch_size,
            batch_size,
            cluster.cores,
        )
    steps = -(-pipelines[0].records // batch_size)
    return Plan(optimizer, batch_size, cluster.cores, steps)


def train(
    context: Any,
    features: Sequence[Location],
    class_count: int,
    config: JobConfig,
    plan: Plan,
    log: Path,
) -> tuple[Head, list[Epoch]]:
    """Train on the first features, measure on the second after every epoch.

    Args:
        context: the Spark context.
        features: artefacts of the training and the validation features.
        class_count: outputs of the linear layer.
        config: epochs, rates, seed, scaling.
        plan: optimiser, batch size and cores.
        log: the file that log4j writes the optimiser's lines to.

    Returns:
        The head on raw features, and what BigDL logged of every epoch.
    """
    log_optimizer_to(context, log)
    with quiet():
        model = new_model(context, class_count, FEATURE_SIZE, config.seed)
        if plan.optimizer == LOCAL:
            optimizer, scaling = _local(context, features, model, config, plan)
        else:
            optimizer, scaling = _distributed(context, features, model, config, plan)
        with followed(log, _show, iterations=config.log_iterations):
            trained = optimizer.optimize()
    weight, bias = (np.asarray(w, np.float32) for w in trained.get_weights())
    with log.open(encoding="utf-8") as lines:
        epochs = list(read_epochs(lines))
    _require_finite(epochs, config)
    head = Head(weight, bias)
    return (fold(head, scaling) if scaling else head), epochs


def _require_finite(epochs: Sequence[Epoch], config: JobConfig) -> None:
    if not epochs:
        raise GraftError("the optimiser left no log: is there room left below GRAFT_HOME?")
    diverged = [epoch for epoch in epochs if not math.isfinite(epoch.loss)]
    if diverged:
        raise GraftError(
            f"training diverged: the loss of epoch {diverged[0].epoch} is {diverged[0].loss}; "
            f"learning_rate is {config.learning_rate}, try a lower one"
        )


def _local(
    context: Any, features: Sequence[Location], model: Any, config: JobConfig, plan: Plan
) -> tuple[Any, Scaling | None]:
    """Return an optimiser that trains in the driver's JVM."""
    from bigdl.dllib.optim.optimizer import LocalOptimizer, MaxEpoch, Top1Accuracy

    training, validation = (load_features(context, path) for path in features)
    scaling = fit_scaling(training.feature) if config.standardize else None
    x, x_validation = (
        (scaling(f.feature) if scaling else f.feature).reshape(_POOLED)
        for f in (training, validation)
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


def _distributed(
    context: Any, features: Sequence[Location], model: Any, config: JobConfig, plan: Plan
) -> tuple[Any, Scaling | None]:
    """Return an optimiser that trains on the executors; features never reach the driver."""
    from bigdl.dllib.optim.optimizer import MaxEpoch, Optimizer, Top1Accuracy

    files = [feature_contents(context, path, plan.cores) for path in features]
    scaling = fit_scaling_distributed(files[0]) if config.standardize else None
    training, validation = (_samples(f, scaling) for f in files)
    optimizer = Optimizer(
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
        for x, y in zip(feature.reshape(_POOLED), _from_one(read.label), strict=True):
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


def new_model(context: Any, class_count: int, feature_size: int, seed: int) -> Any:
    """Return an untrained ``Squeeze``, ``Linear(feature_size, class_count)``."""
    from bigdl.dllib.nn.layer import Linear, Sequential
    from bigdl.dllib.utils.common import RNG

    RNG().set_seed(seed)
    linear = Linear(feature_size, class_count).set_name("head")
    return Sequential().add(_squeeze(context._jvm)).add(linear)


def _squeeze(jvm: Any) -> Any:
    """Return a Squeeze of all dimensions but the batch's, which BigDL's Python side cannot make."""
    from bigdl.dllib.nn.layer import Layer

    numeric = "com.intel.analytics.bigdl.dllib.tensor.TensorNumericMath$TensorNumeric$NumericFloat$"
    as_float = jvm.java.lang.Class.forName(numeric).getField("MODULE$").get(None)
    squeeze = jvm.com.intel.analytics.bigdl.dllib.nn.Squeeze
    return Layer.of(squeeze(None, True, jvm.scala.reflect.ClassTag.Float(), as_float))


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


def _show(line: str) -> None:
    logger.info("%s", line)
