"""BigDL's optimisers for some steps, against the same steps in NumPy and scikit-learn."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_sample_weight

from support.features import features_of, table_of
from tasks.datasets.pair import Pair
from tasks.features.store import Features
from tasks.models.bigdl_head import new_model
from tasks.models.head import Scaling, fit_scaling
from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.runs.training_record import Plan
from tasks.spark.bigdl import quiet
from tasks.spark.cluster import Cluster
from tasks.training.methods import RMSPROP_EPSILON, descent_of
from tasks.training.optimizers import (
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
        return features_of(feature, rng.integers(0, CLASSES, records))

    return Pair(draw(RECORDS), draw(4))


def contents(cluster: Cluster, features: Features, files: int) -> Any:
    """Return an RDD of the contents of feature files."""

    def content(rows: npt.NDArray[np.int64]) -> bytes:
        file = io.BytesIO()
        pq.write_table(table_of(features.take(rows)), file)
        return file.getvalue()

    parts = np.array_split(np.arange(len(features.label)), files)
    return cluster.context.parallelize([content(rows) for rows in parts], files)


def plan_of(*, batch_size: int, cores: int, steps: int) -> Plan:
    return Plan(
        optimizer="any", batch_size=batch_size, cores=cores, steps_per_epoch=steps, master="any"
    )


@pytest.fixture(scope="module")
def odd_features(features: Pair[Features]) -> Pair[Features]:
    rng = np.random.default_rng(4)
    label = np.minimum(rng.integers(0, 6, 31), CLASSES - 1)
    feature = rng.normal(label[:, None] * [0.5, -0.5, 0, 0.1, 0], 1, (31, SIZE))
    return Pair(features_of(feature.astype(np.float32), label), features.validation)


@pytest.fixture(params=["local", "distributed"])
def build(request: pytest.FixtureRequest, cluster: Cluster, features: Pair[Features]) -> Optimizer:
    """Builds one of the optimisers, whose one step of an epoch takes all records."""
    return builder(request.param, cluster, features)


@pytest.fixture(params=["local", "distributed"])
def build_odd(
    request: pytest.FixtureRequest, cluster: Cluster, odd_features: Pair[Features]
) -> Optimizer:
    """The same for an odd number of records."""
    return builder(request.param, cluster, odd_features)


def builder(place: str, cluster: Cluster, features: Pair[Features]) -> Optimizer:
    counts = np.bincount(features.train.label)
    even = len(features.train.label) + len(features.train.label) % cluster.cores
    plan = plan_of(batch_size=even, cores=cluster.cores, steps=1)

    def build(model: Any, config: JobConfig) -> tuple[Any, Scaling | None]:
        descent = descent_of(config, plan, counts)
        if place == "local":
            return local_optimizer(features, model, config, plan, descent)
        files = features.map(lambda split: contents(cluster, split, 2))
        files = Pair(files.train.coalesce(1), files.validation)
        return distributed_optimizer(files, model, config, plan, descent)

    return build


def config(**values: object) -> JobConfig:
    given = {"learning_rate": RATE, "epochs": 1, **values}
    return parse(JobConfig, {"train_dump": "t", "validation_dump": "v", **given})


@dataclass
class Steps:
    """Steps of a method on a loss, in NumPy; each keeps what its method gathers."""

    name: str
    decay: float = 0.0
    number: int = 0
    square: Any = 0.0
    mean: Any = 0.0

    def step(self, gradient: Float64Array) -> Float64Array:
        """Return what to take from the weights: Tieleman and Hinton, Kingma and Ba, Polyak."""
        rate = RATE / (1 + self.decay * self.number)
        self.number += 1
        if self.name == "rmsprop":
            self.square = DECAY * self.square + (1 - DECAY) * gradient**2
            return np.asarray(rate * gradient / (np.sqrt(self.square) + RMSPROP_EPSILON))
        if self.name == "adam":
            self.mean = 0.9 * self.mean + 0.1 * gradient
            self.square = 0.999 * self.square + 0.001 * gradient**2
            mean = self.mean / (1 - 0.9**self.number)
            square = self.square / (1 - 0.999**self.number)
            return np.asarray(rate * mean / (np.sqrt(square) + 1e-8))
        self.mean = 0.9 * self.mean + gradient
        return np.asarray(rate * self.mean)


def expected_head(
    features: Features, head: Float64Array, steps: Steps, *, count: int, l2: float, balanced: bool
) -> Float64Array:
    """Return weight and bias, a column, after some steps on all records, standardised."""
    x = features.feature.astype(np.float64)
    x = np.column_stack([(x - x.mean(axis=0)) / x.std(axis=0), np.ones(len(x))])
    weights = compute_sample_weight("balanced" if balanced else None, features.label)
    for _ in range(count):
        logits = x @ head.T
        error = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        error[np.arange(len(x)), features.label] -= 1
        gradient = (error * weights[:, None]).T @ x / len(x)
        gradient[:, :-1] += l2 * head[:, :-1]
        head = head - steps.step(gradient)
    return head


@pytest.mark.parametrize(
    ("optimizer", "given"),
    [
        ("rmsprop", {}),
        ("rmsprop", {"l2": 0.3, "class_weights": "balanced"}),
        ("adam", {"class_weights": "balanced"}),
        ("sgd", {"l2": 0.3, "class_weights": "balanced"}),
        *((name, {"learning_rate_schedule": "falling"}) for name in ("rmsprop", "adam", "sgd")),
    ],
)
def test_steps_are_those_of_the_method_on_cross_entropy(
    cluster: Cluster,
    features: Pair[Features],
    build: Optimizer,
    optimizer: str,
    given: dict[str, Any],
) -> None:
    chosen = config(optimizer=optimizer, **{"epochs": 3, **given})
    before, trained, scaling = run(cluster, features, build, chosen)
    assert scaling is not None
    expected = expected_head(
        features.train,
        before,
        Steps(optimizer, 3 if chosen.learning_rate_schedule == "falling" else 0),
        count=3,
        l2=chosen.l2 or 0,
        balanced=chosen.class_weights == "balanced",
    )
    assert np.abs(expected - before).max() > 0.03
    # DistriOptimizer cuts the 32 bits of weights and gradients to 16, 8 of them of the number.
    np.testing.assert_allclose(trained, expected, rtol=0.01, atol=2e-3)


def test_raw_features_are_taken_as_they_are(
    cluster: Cluster, features: Pair[Features], build: Optimizer
) -> None:
    before, trained, scaling = run(cluster, features, build, config(standardize=False))
    assert scaling is None
    x = np.column_stack([features.train.feature, np.ones(RECORDS)])
    logits = x @ before.T
    error = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    error[np.arange(RECORDS), features.train.label] -= 1
    expected = before - Steps("rmsprop").step(error.T @ x / RECORDS)
    # Gradients are float32 sums of eight products, and the step divides by their size.
    np.testing.assert_allclose(trained, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("class_weights", ["none", "balanced"])
def test_lbfgs_finds_what_scikit_learn_finds(
    cluster: Cluster, odd_features: Pair[Features], build_odd: Optimizer, class_weights: str
) -> None:
    """An odd number of records on two cores: padding must not count."""
    l2 = 0.05
    given = config(
        optimizer="lbfgs",
        l2=l2,
        class_weights=class_weights,
        epochs=40,
        learning_rate=0.001,
        decay_rate=0.9,
    )
    _, trained, scaling = run(cluster, odd_features, build_odd, given)
    assert scaling is not None
    train = odd_features.train
    balanced = "balanced" if class_weights == "balanced" else None
    reference = LogisticRegression(
        C=1 / (l2 * len(train.label)), class_weight=balanced, tol=1e-8, max_iter=1000
    ).fit(scaling(train.feature), train.label)
    # Only differences between classes count without a penalty on the bias.
    bias = trained[:, -1] - trained[:, -1].mean()
    # DistriOptimizer computes gradients at weights of 8 bits.
    np.testing.assert_allclose(trained[:, :-1], reference.coef_, atol=0.01)
    np.testing.assert_allclose(bias, reference.intercept_, atol=0.01)
    assert np.abs(reference.coef_).max() > 0.3


def run(
    cluster: Cluster, features: Pair[Features], build: Optimizer, config: JobConfig
) -> tuple[Float64Array, Float64Array, Scaling | None]:
    """Return weight and bias, a column, before and after a training, and its scaling."""
    with quiet():
        model = new_model(
            cluster.context, class_count=CLASSES, feature_size=SIZE, seed=3, l2=config.l2 or 0
        )
        before = column_stack(model)
        optimizer, scaling = build(model, config)
        return before, column_stack(optimizer.optimize()), scaling


def column_stack(model: Any) -> Float64Array:
    weight, bias = model.get_weights()
    return np.column_stack([weight, bias]).astype(np.float64)


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
