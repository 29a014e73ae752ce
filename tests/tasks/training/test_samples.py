from typing import Any

import numpy as np
import pytest

from tasks.runs.training_record import Plan
from tasks.spark.cluster import Cluster
from tasks.training.methods import PADDING
from tasks.training.optimizers import training_partitions
from tasks.training.samples import filled, filled_samples


def plan_of(*, batch_size: int, cores: int, steps: int) -> Plan:
    return Plan(
        optimizer="any", batch_size=batch_size, cores=cores, steps_per_epoch=steps, master="any"
    )


@pytest.mark.parametrize("records", [1, 2, 3])
def test_fewer_records_than_cores_are_repeated_in_turn(cluster: Cluster, records: int) -> None:
    plan = plan_of(batch_size=5, cores=5, steps=1)
    few = np.arange(records, dtype=np.float32)
    x, y = filled(few[:, None], few + 1, plan.batch_size, pad=False)
    turns = [i % records for i in range(5)]
    np.testing.assert_array_equal(x[:, 0], turns)
    np.testing.assert_array_equal(y, few[turns] + 1)
    # Samples are filled up where they are, which is in one partition.
    assert training_partitions(plan) == 1
    samples = filled_samples(cluster.context.parallelize(range(records), 1), plan, pad=False)
    assert samples.collect() == turns


def test_enough_records_are_left_as_they_are(cluster: Cluster) -> None:
    x, y = np.zeros((8, 1), np.float32), np.ones(8, np.float32)
    assert [id(values) for values in filled(x, y, 8, pad=False)] == [id(x), id(y)]
    samples = cluster.context.parallelize(range(8), 2)
    for plan in (plan_of(batch_size=4, cores=4, steps=2), plan_of(batch_size=8, cores=4, steps=1)):
        assert filled_samples(samples, plan, pad=False) is samples


def test_padding_has_a_label_that_is_no_class(cluster: Cluster) -> None:
    x, y = filled(np.zeros((3, 1), np.float32), np.full(3, 2, np.float32), 4, pad=True)
    assert x.shape == (4, 1)
    assert y.tolist() == [2, 2, 2, PADDING]

    def sample(label: int) -> Any:
        from bigdl.dllib.utils.common import Sample

        return Sample.from_ndarray(np.zeros(1, np.float32), label)

    samples = cluster.context.parallelize([2, 2, 2], 1).map(sample)
    plan = plan_of(batch_size=4, cores=2, steps=1)
    found = filled_samples(samples, plan, pad=True).collect()
    assert [float(one.label.storage[0]) for one in found] == [2, 2, 2, PADDING]
