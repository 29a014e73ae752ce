"""Runs that nobody triggers: the data set's asset, the schedule with time moved, real schedulers."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tasks.run_record import DAG_ID

pytestmark = pytest.mark.e2e

RUNS = f"dags/{DAG_ID}/dagRuns"
SUNDAY = 6
CLOCK = Path(__file__).parent / "clock"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where both Airflows of this module have their home."""
    return tmp_path_factory.mktemp("schedule")


@pytest.fixture(scope="module")
def trained(folder: Path, running_ui: Any) -> dict[str, Any]:
    """A run that an update of the data set's asset started, the model's events after it, the same
    after another update of the unchanged data set."""
    with running_ui(folder) as ui:
        ui.call("PATCH", f"dags/{DAG_ID}", is_paused=False)
        first = publish_dataset(ui)
        events = model_events(ui)
        second = publish_dataset(ui)
        return {"first": first, "events": events, "second": second, "later": model_events(ui)}


@pytest.fixture(scope="module")
def later(trained: Any, folder: Path, running_ui: Any) -> Iterator[Any]:
    """The same Airflow in the night of Saturday to Sunday, a few seconds before midnight."""
    now = datetime.now(UTC)
    midnight = datetime.combine(now.date(), time(0, 0), UTC)
    sunday = midnight + timedelta(days=7 + (SUNDAY - now.weekday()))
    seconds = (sunday - now).total_seconds() - 20
    ahead = {"PYTHONPATH": str(CLOCK), "GRAFT_TEST_SECONDS_AHEAD": str(seconds)}
    with running_ui(folder, ahead) as ui:
        yield ui


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


def test_the_data_sets_asset_starts_a_training(trained: Any) -> None:
    run = trained["first"]
    assert (run["run_type"], run["state"], run["logical_date"]) == (
        "asset_triggered",
        "success",
        None,
    )
    assert set(run["tasks"].values()) == {"success"}
    assert run["note"].startswith("Graft: **Top-1 accuracy 0.")


def test_a_training_updates_the_models_asset(trained: Any, folder: Path) -> None:
    (event,) = trained["events"]
    assert (event["source_task_id"], event["source_run_id"]) == (
        "train_classifier",
        trained["first"]["dag_run_id"],
    )
    extra = event["extra"]
    assert (folder / "home" / "models" / extra["digest"] / "head.npz").is_file()
    assert f"accuracy {extra['accuracy']:.4f}" in trained["first"]["note"]


def test_nothing_is_trained_on_unchanged_inputs(trained: Any) -> None:
    run = trained["second"]
    assert run["state"] == "success"
    assert {task for task, state in run["tasks"].items() if state == "skipped"} == {
        "train_classifier",
        "report",
    }
    assert run["note"].startswith(
        "Graft: **Nothing to train**: data set, checkpoint and params are"
    )
    assert trained["later"] == trained["events"]


def test_the_schedule_starts_a_run_every_week(later: Any, trained: Any) -> None:
    run_id = later.wait(lambda: newest(later, "scheduled"), 90, "a scheduled run")["dag_run_id"]
    run = ended(later, run_id)
    due = datetime.fromisoformat(run["run_after"])
    assert (due.weekday(), due.time()) == (SUNDAY, time(0, 0))
    assert due > datetime.fromisoformat(trained["second"]["end_date"])
    assert run["state"] == "success"
    assert run["tasks"]["train_classifier"] == "skipped"
    assert "**Nothing to train**" in run["note"]
    assert model_events(later) == trained["events"]
