from types import SimpleNamespace
from typing import Any

import pytest

from tasks.datasets.pair import Pair
from tasks.errors import ParamsError
from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.training.plan import (
    DISTRIBUTED_OPTIMIZER,
    LOCAL_OPTIMIZER,
    plan_for_records,
    plan_training,
)


def config(**values: object) -> JobConfig:
    return parse(JobConfig, {"train_dump": "t", "validation_dump": "v", "tune": False, **values})


def dumps(train: int, validation: int, feature_size: int = 1024) -> Pair[Any]:
    return Pair(train, validation).map(
        lambda records: SimpleNamespace(records=records, feature_size=feature_size)
    )


def cluster(
    *, is_local: bool = True, cores: int = 2, heap_mib: float = 8192, executors: int = 0
) -> Any:
    return SimpleNamespace(
        master="m", is_local=is_local, cores=cores, heap_mib=heap_mib, executors=executors
    )


@pytest.mark.parametrize(
    ("batch", "cores", "used"), [(16, 2, 16), (15, 2, 16), (16, 3, 18), (1, 4, 4)]
)
def test_the_batch_is_rounded_up_to_a_multiple_of_the_cores(
    batch: int, cores: int, used: int
) -> None:
    plan = plan_training(config(batch_size=batch), dumps(100, 10), cluster(cores=cores))
    assert plan.batch_size == used
    assert plan.steps_per_epoch == -(-100 // used)


# 1,024 float32 are 4 KiB, so 256 records are 1 MiB.
@pytest.mark.parametrize(
    ("records", "given", "optimizer"),
    [
        (256 * 1000, cluster(), LOCAL_OPTIMIZER),
        (256 * 1025, cluster(), DISTRIBUTED_OPTIMIZER),
        (256 * 1000, cluster(heap_mib=4096), DISTRIBUTED_OPTIMIZER),
        (256 * 500, cluster(heap_mib=4096), LOCAL_OPTIMIZER),
        (256, cluster(is_local=False), DISTRIBUTED_OPTIMIZER),
    ],
)
def test_the_driver_trains_what_fits_its_bound_and_its_heap(
    records: int, given: Any, optimizer: str
) -> None:
    assert plan_training(config(), dumps(records, 0), given).optimizer == optimizer


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
    records: int, given: Any, used: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        assert plan_training(config(), dumps(records, 10), given).batch_size == used
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
            plan = plan_training(config(batch_size=16), dumps(3320, 10), given)
        assert plan.batch_size == 16
        assert "batch size 16, as given: 208 steps an epoch" in caplog.text


def test_smaller_features_take_less_room() -> None:
    """Half the size: twice the records fit."""
    records = 256 * 1500
    for size, optimizer in ((1024, DISTRIBUTED_OPTIMIZER), (512, LOCAL_OPTIMIZER)):
        assert plan_training(config(), dumps(records, 0, size), cluster()).optimizer == optimizer


def test_tells_where_the_training_runs() -> None:
    plan = plan_training(config(), dumps(100, 10), cluster(cores=3))
    assert (plan.master, plan.cores) == ("m", 3)


@pytest.mark.parametrize(
    ("records", "batch", "cores", "used"),
    [
        (12, 16, 2, 12),
        (12, 8192, 5, 10),
        (5, 8192, 2, 4),
        (16, 15, 2, 16),
        (15, 15, 2, 14),
        (3, 2, 4, 4),
        (1, 1, 2, 2),
        (1, 8192, 1, 1),
    ],
)
def test_a_batch_is_cut_to_the_training_records(
    records: int, batch: int, cores: int, used: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        plan = plan_training(config(batch_size=batch), dumps(records, 1), cluster(cores=cores))
    assert plan.batch_size == used
    assert plan.steps_per_epoch == -(-records // used)
    cut = f"batch size {batch} -> {used}, the most for {records} training records on {cores} cores"
    assert (cut in caplog.text) is (cores <= records and used < batch)
    raised = f"batch size {batch} -> {used}, a record for each of {cores} cores"
    assert (raised in caplog.text) is (records < cores)
    fills = f"{records} training records are repeated to fill a batch of {used}"
    assert (fills in caplog.text) is (records < used)


def test_an_empty_batch_is_cut_too() -> None:
    assert plan_training(config(), dumps(5, 1), cluster()).batch_size == 4


@pytest.mark.parametrize(
    ("records", "cores", "used"), [(100, 2, 100), (101, 2, 102), (1, 4, 4), (20_000, 3, 20_001)]
)
def test_a_step_of_lbfgs_takes_all_records(
    records: int, cores: int, used: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        plan = plan_training(config(optimizer="lbfgs"), dumps(records, 1), cluster(cores=cores))
    assert (plan.batch_size, plan.steps_per_epoch) == (used, 1)
    assert f"batch size {records}, all records, as lbfgs needs: 1 step an epoch" in caplog.text
    padded = f"batch size {records} -> {used}, with padding to a multiple of {cores} cores"
    assert (padded in caplog.text) is (used != records)
    assert "are repeated" not in caplog.text


def test_lbfgs_is_refused_where_the_weights_are_in_several_places() -> None:
    lbfgs = config(optimizer="lbfgs")
    for fine in (cluster(is_local=False, executors=1), cluster(heap_mib=1)):
        assert plan_training(lbfgs, dumps(100, 1), fine).optimizer == DISTRIBUTED_OPTIMIZER
    with pytest.raises(ParamsError) as caught:
        plan_training(lbfgs, dumps(100, 1), cluster(is_local=False, executors=2))
    assert str(caught.value) == (
        "optimizer is lbfgs, which BigDL's DistriOptimizer runs on one executor only, but there "
        "are 2: choose optimizer adam, rmsprop or sgd, or one executor, or a local master"
    )


@pytest.mark.parametrize(
    ("optimizer", "left", "batch", "steps"),
    [
        ("rmsprop", 90, 16, 6),
        ("rmsprop", 9, 8, 2),
        ("rmsprop", 1, 2, 1),
        ("lbfgs", 89, 90, 1),
    ],
)
def test_a_plan_for_the_records_that_are_left(
    optimizer: str, left: int, batch: int, steps: int
) -> None:
    given = config(optimizer=optimizer)
    plan = plan_training(given, dumps(100, 1), cluster())
    fitted = plan_for_records(plan, given, left)
    assert (fitted.batch_size, fitted.steps_per_epoch) == (batch, steps)
    assert fitted.optimizer == plan.optimizer
