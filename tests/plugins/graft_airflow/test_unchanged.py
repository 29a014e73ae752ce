"""A run that nobody triggered, when its pipeline has a model of the same inputs."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from graft_airflow.run import current_run
from graft_airflow.unchanged import finished_before, skip_unchanged
from support.registry import registered, write_registry
from tasks.datasets.pair import Pair
from tasks.errors import DataError
from tasks.evaluation.interval import accuracy_text
from tasks.pipelines.names import dag_id
from tasks.runs.record import read_steps
from tasks.storage.paths import Home

BEFORE, AFTER = "2026-01-02T03:03:00+00:00", "2026-01-02T03:05:00+00:00"
DUMPS = Pair("train", "validation")

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


@pytest.fixture(autouse=True)
def _model(home: Home, write_model: Callable[[str], None]) -> None:
    write_model(BEFORE)
    write_registry(home, [registered(1, model="abc")])


def skip(context: Any, dumps: Pair[str] = DUMPS) -> None:
    skip_unchanged(context, current_run(context), task_id="train_classifier", dumps=dumps)


@pytest.mark.parametrize("run_type", ["scheduled", "asset_triggered"])
def test_is_skipped_and_says_why(home: Home, in_run: Callable[..., Any], run_type: str) -> None:
    with pytest.raises(AirflowSkipException) as caught:
        skip(in_run(run_type))
    (step,) = read_steps(home, "manual__2026")
    assert step.records == 4
    assert str(caught.value) == (
        f"nothing to train: data set, checkpoint and params are those of {home.models / 'abc'}, "
        f"trained {BEFORE}, top-1 accuracy {accuracy_text(0.58, 4)}; force trains again"
    )
    assert (step.task_id, step.reused, step.digest) == ("train_classifier", True, "abc")
    assert step.unchanged


@pytest.mark.parametrize(
    ("run_type", "params"),
    [("manual", {}), ("scheduled", {"force": True}), ("scheduled", {"epochs": 11})],
    ids=["triggered", "forced", "other params"],
)
def test_is_trained_otherwise(
    home: Home, in_run: Callable[..., Any], run_type: str, params: dict[str, Any]
) -> None:
    skip(in_run(run_type, **params))
    assert read_steps(home, "manual__2026") == []


@pytest.mark.parametrize("run_type", ["scheduled", "asset_triggered"])
def test_goes_on_until_its_own_pipeline_has_the_model(
    home: Home, in_run: Callable[..., Any], run_type: str
) -> None:
    context = {**in_run(run_type), "dag": SimpleNamespace(dag_id=dag_id("birds"))}
    skip(context)
    assert read_steps(home, "birds/manual__2026") == []
    write_registry(home, [registered(1, model="another")], name="birds")
    skip(context)
    write_registry(home, [registered(2, model="abc")], name="birds")
    with pytest.raises(AirflowSkipException, match="nothing to train"):
        skip(context)


def test_a_damaged_registry_is_told(home: Home, in_run: Callable[..., Any]) -> None:
    (home.registry / "flowers" / "history.jsonl").write_text("{")
    with pytest.raises(DataError, match=r"history\.jsonl is damaged"):
        skip(in_run("scheduled"))


def test_is_trained_on_other_dumps(in_run: Callable[..., Any]) -> None:
    skip(in_run("scheduled"), Pair(DUMPS.validation, DUMPS.train))


def test_is_not_skipped_for_what_an_earlier_try_of_it_trained(
    write_model: Callable[[str], None], in_run: Callable[..., Any]
) -> None:
    write_model(AFTER)
    skip(in_run("scheduled"))


@pytest.mark.parametrize(
    ("finished_at", "before"),
    [
        (BEFORE, True),
        (AFTER, False),
        ("2026-01-02T04:03:00+01:00", True),
        ("2026-01-02T03:04:00+00:00", False),
    ],
)
def test_finished_before(in_run: Callable[..., Any], finished_at: str, before: bool) -> None:
    assert finished_before(finished_at, in_run()) is before
