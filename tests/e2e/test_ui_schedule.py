"""Runs that nobody triggers, by Airflow's own scheduler: asset events, and time moved."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tasks.runs.record import DAG_ID

pytestmark = pytest.mark.e2e

RUNS = f"dags/{DAG_ID}/dagRuns"
SUNDAY = 6
CLOCK = Path(__file__).parent / "clock"


@pytest.fixture(scope="module")
def published(ui: Any) -> dict[str, Any]:
    """A run that an update of the data set's asset started, the model's events after it, the same
    after another update of the unchanged data set."""
    ui.call("PATCH", f"dags/{DAG_ID}", is_paused=False)
    before = model_events(ui)
    first = publish_dataset(ui)
    after = model_events(ui)
    second = publish_dataset(ui)
    return {"first": first, "new": after[len(before) :], "second": second, "events": after}


@pytest.fixture(scope="module")
def later(published: Any, ui: Any, stopped_ui: Any, running_ui: Any) -> Iterator[Any]:
    """The same Airflow in the night of Saturday to Sunday, a few seconds before midnight."""
    now = datetime.now(UTC)
    midnight = datetime.combine(now.date(), time(0, 0), UTC)
    sunday = midnight + timedelta(days=7 + (SUNDAY - now.weekday()))
    seconds = (sunday - now).total_seconds() - 20
    ahead = {"PYTHONPATH": str(CLOCK), "GRAFT_TEST_SECONDS_AHEAD": str(seconds)}
    with running_ui(ui.home.root.parent, ahead) as running:
        yield running


def newest(ui: Any, kind: str) -> dict[str, Any] | None:
    runs = ui.call("GET", f"{RUNS}?run_type={kind}&order_by=-run_after&limit=1")["dag_runs"]
    return runs[0] if runs else None


def publish_dataset(ui: Any) -> dict[str, Any]:
    """Update the data set's asset and return the run that followed, ended, with its tasks."""
    before = newest(ui, "asset_triggered")
    (asset,) = ui.call("GET", "assets?name_pattern=flowers_dataset")["assets"]
    ui.call("POST", "assets/events", asset_id=asset["id"], extra={"version": 2})

    def started() -> dict[str, Any] | None:
        run = newest(ui, "asset_triggered")
        return run if run and (not before or run["dag_run_id"] != before["dag_run_id"]) else None

    return ended(ui, ui.wait(started, 60, "a run that the asset started")["dag_run_id"])


def ended(ui: Any, run_id: str) -> dict[str, Any]:
    ui.end(run_id)
    path = f"{RUNS}/{quote(run_id)}"
    tasks = ui.call("GET", f"{path}/taskInstances")["task_instances"]
    states = {task["task_id"]: task["state"] for task in tasks}
    return {**ui.call("GET", path), "tasks": states}


def model_events(ui: Any) -> list[dict[str, Any]]:
    events = ui.call("GET", "assets/events?order_by=timestamp")["asset_events"]
    return [event for event in events if event["name"] == "flowers_model"]


def test_the_data_sets_asset_starts_a_training(published: Any) -> None:
    run = published["first"]
    assert (run["run_type"], run["state"], run["logical_date"]) == (
        "asset_triggered",
        "success",
        None,
    )
    assert set(run["tasks"].values()) == {"success"}
    assert run["note"].startswith("Graft: **Top-1 accuracy 0.")


def test_a_training_updates_the_models_asset(ui: Any, published: Any) -> None:
    (event,) = published["new"]
    assert (event["source_task_id"], event["source_run_id"]) == (
        "train_classifier",
        published["first"]["dag_run_id"],
    )
    extra = event["extra"]
    assert (ui.home.models / extra["digest"] / "head.npz").is_file()
    assert f"accuracy {extra['accuracy']:.4f}" in published["first"]["note"]


def test_nothing_is_trained_on_unchanged_inputs(ui: Any, published: Any) -> None:
    run = published["second"]
    assert run["state"] == "success"
    assert {task for task, state in run["tasks"].items() if state == "skipped"} == {
        "train_classifier",
        "report",
    }
    assert run["note"].startswith(
        "Graft: **Nothing to train**: data set, checkpoint and params are"
    )
    assert model_events(ui) == published["events"]


def test_a_run_that_ctrl_c_stopped_goes_on(later: Any, stopped_ui: Any) -> None:
    assert later.end(stopped_ui.run_id) == "success"


def test_the_schedule_starts_a_run_every_week(later: Any, published: Any) -> None:
    run_id = later.wait(lambda: newest(later, "scheduled"), 120, "a scheduled run")["dag_run_id"]
    run = ended(later, run_id)
    due = datetime.fromisoformat(run["run_after"])
    assert (due.weekday(), due.time()) == (SUNDAY, time(0, 0))
    assert due > datetime.fromisoformat(published["second"]["end_date"])
    assert run["state"] == "success"
    assert run["tasks"]["train_classifier"] == "skipped"
    assert "**Nothing to train**" in run["note"]
