"""Records where each optimiser takes them, against plain NumPy."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from support.features import features_of, table_of
from tasks.datasets.pair import Pair
from tasks.features.bridge import Bridge
from tasks.features.store import Features
from tasks.models.bigdl_head import new_model
from tasks.models.head import Head, fit_scaling
from tasks.runs.training_record import Plan
from tasks.spark.bigdl import quiet
from tasks.training.plan import DISTRIBUTED_OPTIMIZER, LOCAL_OPTIMIZER
from tasks.training.records import Records, records_of
from tasks.training.set_aside import set_aside, trained_on

SIZE, CLASSES = 6, 4


@pytest.fixture(scope="module")
def train() -> Features:
    rng = np.random.default_rng(7)
    # A class without records, and one beyond those of the training records.
    labels = rng.choice([0, 2, 3], 120)
    return features_of(rng.normal(2, 3, (120, SIZE)).astype(np.float32), labels)


@pytest.fixture(params=[LOCAL_OPTIMIZER, DISTRIBUTED_OPTIMIZER])
def build(request: pytest.FixtureRequest, bridge: Bridge, train: Features, tmp_path: Path) -> Any:
    """Makes the records, of three files, one of which has none to set aside."""
    parts = [trained_on(train).take(np.arange(10))]
    parts += [train.take(rows) for rows in np.array_split(np.arange(120), 2)]
    for number, part in enumerate(parts):
        pq.write_table(table_of(part), tmp_path / f"{number:03}.parquet")
    plan = Plan(optimizer=request.param, batch_size=2, cores=2, steps_per_epoch=2, master="m")

    def build(*, with_part_aside: bool) -> Records:
        return records_of(bridge, Pair(tmp_path, tmp_path), plan, with_part_aside=with_part_aside)

    return build


def test_counts(build: Any, train: Features) -> None:
    first, aside = build(with_part_aside=True).counts(CLASSES)
    repeated = np.bincount(trained_on(train).label[:10], minlength=CLASSES)
    expected = np.bincount(trained_on(train).label, minlength=CLASSES) + repeated
    np.testing.assert_array_equal(first, expected)
    np.testing.assert_array_equal(aside, np.bincount(set_aside(train).label, minlength=CLASSES))
    every, none = build(with_part_aside=False).counts(CLASSES)
    np.testing.assert_array_equal(every, first + aside)
    np.testing.assert_array_equal(none, np.zeros(CLASSES))


def test_logits_are_those_of_the_records_set_aside(build: Any, train: Features) -> None:
    rng = np.random.default_rng(8)
    head = Head(rng.normal(size=(CLASSES, SIZE)).astype(np.float32), np.ones(4, np.float32))
    found = build(with_part_aside=True).logits(head)
    # The same products, of as many rows as a file has.
    np.testing.assert_allclose(found.logits, head.logits(set_aside(train).feature), rtol=1e-4)
    np.testing.assert_array_equal(found.label, set_aside(train).label)
    assert (found.logits.dtype, found.label.dtype) == (np.float32, np.int64)


def test_the_jvm_measures_a_model_on_the_records_set_aside(
    build: Any, bridge: Bridge, train: Features
) -> None:
    weights = np.array([0.5, 0, 2, 1.25], np.float32)
    scaling, aside = fit_scaling(train.feature), set_aside(train)
    with quiet():
        model = new_model(bridge.spark, class_count=CLASSES, feature_size=SIZE, seed=3)
        # So large that exponentials overflow if nothing is taken from them first.
        model.set_weights([100 * values for values in model.get_weights()])
        weight, bias = (values.astype(np.float64) for values in model.get_weights())
    held_out = build(with_part_aside=True).held_out(scaling, weights)
    found = held_out.measure(bridge.scala.LinearHead.of(model.value))
    logits = scaling(aside.feature).astype(np.float64) @ weight.T + bias
    shifted = logits - logits.max(axis=1, keepdims=True)
    rows = np.arange(len(logits))
    loss = np.log(np.exp(shifted).sum(axis=1)) - shifted[rows, aside.label]
    expected = np.average(loss, weights=weights[aside.label])
    # Sums of float32 products in another order.
    assert found.meanLoss() == pytest.approx(expected, rel=1e-5)
    assert found.right() == (logits.argmax(axis=1) == aside.label).sum()
    assert found.records() == len(aside.label)
