"""BigDL's optimisers for one step, against the same step in NumPy."""

import hashlib
import io
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.datasets.pair import Pair
from tasks.features.store import Features
from tasks.models.bigdl_head import new_model
from tasks.models.head import Scaling, fit_scaling
from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.runs.training_record import Plan
from tasks.spark.bigdl import quiet
from tasks.spark.cluster import Cluster
from tasks.training.optimizers import (
    RMSPROP_EPSILON,
    _filled,
    _filled_samples,
    distributed_optimizer,
    fit_scaling_distributed,
    local_optimizer,
    training_partitions,
)

CLASSES, SIZE, RECORDS = 3, 5, 8
RATE, DECAY = 0.05, 0.9

Optimizer = Callable[..., tuple[Any, Scaling | None]]
Float64Array = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def features() -> Pair[Features]:
    rng = np.random.default_rng(10)

    def draw(records: int) -> Features:
        feature = rng.normal(3, 2, (records, SIZE)).astype(np.float32)
        digests = [hashlib.sha256(row.tobytes()).hexdigest() for row in feature]
        labels = rng.integers(0, CLASSES, records).astype(np.int32)
        return Features(feature, labels, np.array(digests, np.bytes_))

    return Pair(draw(RECORDS), draw(4))


def contents(cluster: Cluster, features: Features, files: int) -> Any:
    """Return an RDD of the contents of feature files."""

    def content(rows: npt.NDArray[np.int64]) -> bytes:
        file = io.BytesIO()
        feature = pa.array(list(features.feature[rows]), pa.list_(pa.float32()))
        digest = [text.decode() for text in features.digest[rows]]
        table = {"label": features.label[rows], "feature": feature, "digest": digest}
        pq.write_table(pa.table(table), file)
        return file.getvalue()

    parts = np.array_split(np.arange(len(features.label)), files)
    return cluster.context.parallelize([content(rows) for rows in parts], files)


def plan_of(*, batch_size: int, cores: int, steps: int) -> Plan:
    return Plan(
        optimizer="any", batch_size=batch_size, cores=cores, steps_per_epoch=steps, master="any"
    )


@pytest.fixture(params=["local", "distributed"])
def build(request: pytest.FixtureRequest, cluster: Cluster, features: Pair[Features]) -> Optimizer:
    """Builds one of the optimisers, whose one step of an epoch takes all records."""
    plan = plan_of(batch_size=RECORDS, cores=cluster.cores, steps=1)

    def build(model: Any, config: JobConfig) -> tuple[Any, Scaling | None]:
        if request.param == "local":
            return local_optimizer(features, model, config, plan)
        files = features.map(lambda split: contents(cluster, split, 2))
        return distributed_optimizer(files, model, config, plan)

    return build


def config(**values: object) -> JobConfig:
    given = {"learning_rate": RATE, "decay_rate": DECAY, "epochs": 1, **values}
    return parse(JobConfig, {"train_dump": "t", "validation_dump": "v", **given})


def rmsprop_step(
    x: Float64Array, label: npt.NDArray[np.int32], weight: Float64Array, bias: Float64Array
) -> tuple[Float64Array, Float64Array]:
    """Return weight and bias after one step of RMSprop on the mean cross entropy of all records."""
    logits = x @ weight.T + bias
    error = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    error[np.arange(len(x)), label] -= 1

    def step(value: Float64Array, gradient: Float64Array) -> Float64Array:
        mean_square = (1 - DECAY) * gradient**2
        return value - RATE * gradient / (np.sqrt(mean_square) + RMSPROP_EPSILON)

    return step(weight, error.T @ x / len(x)), step(bias, error.mean(axis=0))


@pytest.mark.parametrize("standardize", [True, False])
def test_one_step_is_that_of_rmsprop_on_cross_entropy(
    cluster: Cluster, features: Pair[Features], build: Optimizer, standardize: bool
) -> None:
    with quiet():
        model = new_model(cluster.context, class_count=CLASSES, feature_size=SIZE, seed=3)
        before = [np.asarray(values, np.float64) for values in model.get_weights()]
        optimizer, scaling = build(model, config(standardize=standardize))
        trained = optimizer.optimize()
        weight, bias = trained.get_weights()
    x = features.train.feature.astype(np.float64)
    if standardize:
        x = (x - x.mean(axis=0)) / x.std(axis=0)
    assert (scaling is not None) is standardize
    expected = rmsprop_step(x, features.train.label, *before)
    assert np.abs(expected[0] - before[0]).max() > 0.1
    # Gradients are float32 sums of eight products, and the step divides by their size.
    np.testing.assert_allclose(weight, expected[0], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(bias, expected[1], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("records", [1, 2, 3])
def test_fewer_records_than_cores_are_repeated_in_turn(
    cluster: Cluster, features: Pair[Features], records: int
) -> None:
    few = features.train.take(np.arange(records))
    plan = plan_of(batch_size=5, cores=5, steps=1)
    filled = _filled(few, plan.batch_size)
    turns = [i % records for i in range(5)]
    np.testing.assert_array_equal(filled.feature, few.feature[turns])
    np.testing.assert_array_equal(filled.label, few.label[turns])
    # Samples are filled up where they are, which is in one partition.
    assert training_partitions(plan) == 1
    samples = _filled_samples(cluster.context.parallelize(range(records), 1), plan)
    assert samples.collect() == turns


def test_enough_records_are_left_as_they_are(cluster: Cluster, features: Pair[Features]) -> None:
    assert _filled(features.train, RECORDS) is features.train
    samples = cluster.context.parallelize(range(8), 2)
    for plan in (plan_of(batch_size=4, cores=4, steps=2), plan_of(batch_size=8, cores=4, steps=1)):
        assert _filled_samples(samples, plan) is samples


@pytest.mark.parametrize("executors", [2, 3, 4])
@pytest.mark.parametrize("cores", [1, 2])
def test_every_executor_has_a_share_of_a_batch(cores: int, executors: int) -> None:
    """However Spark deals out the records of partitions, from the worst executor to start with."""
    all_cores = cores * executors
    for records, batch in product(range(all_cores, 90), range(all_cores, 90, all_cores)):
        if batch > records:
            continue
        steps = -(-records // batch)
        partitions = training_partitions(plan_of(batch_size=batch, cores=all_cores, steps=steps))
        # The worst: each partition is a record short of a round for the last executor.
        short = min(partitions * (executors - 1), records)
        assert (records - short) // executors >= batch // executors or partitions == 1


@pytest.mark.parametrize("files", [1, 3])
def test_the_scaling_of_the_executors_is_that_of_the_driver(
    cluster: Cluster, features: Pair[Features], files: int
) -> None:
    found = fit_scaling_distributed(contents(cluster, features.train, files))
    expected = fit_scaling(features.train.feature)
    # Sums of float64 in another order, then rounded to float32.
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-6)
    np.testing.assert_allclose(found.deviation, expected.deviation, rtol=1e-6)


def test_a_constant_feature_is_only_shifted_on_the_executors(cluster: Cluster) -> None:
    feature = np.full((4, 2), 0.1, np.float32) * np.array([1, 0], np.float32)
    constant = Features(feature, np.zeros(4, np.int32), np.full(4, "0" * 64, np.bytes_))
    scaling = fit_scaling_distributed(contents(cluster, constant, 2))
    assert np.isfinite(scaling(feature)).all()
    assert scaling.deviation[1] == 1
