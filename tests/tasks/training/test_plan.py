from types import SimpleNamespace

import pytest

from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.training.plan import DISTRIBUTED, LOCAL, plan_training


def config(**values: object) -> JobConfig:
    return parse(JobConfig, {"train_dump": "t", "validation_dump": "v", **values})


def pipelines(train: int, validation: int) -> list[SimpleNamespace]:
    return [SimpleNamespace(records=n, feature_size=1024) for n in (train, validation)]


def cluster(*, is_local: bool = True, cores: int = 2, heap_mib: float = 8192) -> SimpleNamespace:
    return SimpleNamespace(master="m", is_local=is_local, cores=cores, heap_mib=heap_mib)


@pytest.mark.parametrize(
    ("batch", "cores", "used"), [(16, 2, 16), (15, 2, 16), (16, 3, 18), (1, 4, 4)]
)
def test_the_batch_is_rounded_up_to_a_multiple_of_the_cores(
    batch: int, cores: int, used: int
) -> None:
    plan = plan_training(config(batch_size=batch), pipelines(100, 10), cluster(cores=cores))
    assert plan.batch_size == used
    assert plan.steps_per_epoch == -(-100 // used)


# 1,024 float32 are 4 KiB, so 256 records are 1 MiB.
@pytest.mark.parametrize(
    ("records", "given", "optimizer"),
    [
        (256 * 1000, cluster(), LOCAL),
        (256 * 1025, cluster(), DISTRIBUTED),
        (256 * 1000, cluster(heap_mib=4096), DISTRIBUTED),
        (256 * 500, cluster(heap_mib=4096), LOCAL),
        (256, cluster(is_local=False), DISTRIBUTED),
    ],
)
def test_the_driver_trains_what_fits_its_bound_and_its_heap(
    records: int, given: SimpleNamespace, optimizer: str
) -> None:
    assert plan_training(config(), pipelines(records, 0), given).optimizer == optimizer


@pytest.mark.parametrize(
    ("records", "given", "used"),
    [
        (240, cluster(), 16),
        (3320, cluster(), 16),
        (240, cluster(is_local=False), 16),
        (1600, cluster(is_local=False), 64),
        (3320, cluster(is_local=False), 128),
        (3320, cluster(is_local=False, cores=6), 132),
        (33200, cluster(is_local=False), 128),
    ],
)
def test_an_empty_batch_is_what_the_optimizer_takes_best(
    records: int, given: SimpleNamespace, used: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        assert plan_training(config(), pipelines(records, 10), given).batch_size == used
    steps = -(-records // used)
    why = (
        "the original example's"
        if given.is_local
        else "as a step of DistriOptimizer costs hardly more"
    )
    assert why in caplog.text
    assert f": {steps} steps an epoch" in caplog.text


def test_a_given_batch_is_used_everywhere(caplog: pytest.LogCaptureFixture) -> None:
    for given in (cluster(), cluster(is_local=False)):
        with caplog.at_level("INFO"):
            plan = plan_training(config(batch_size=16), pipelines(3320, 10), given)
        assert plan.batch_size == 16
        assert "batch size 16, as given: 208 steps an epoch" in caplog.text
