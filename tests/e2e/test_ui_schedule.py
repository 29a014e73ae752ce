"""Runs that nobody triggers, by Airflow's own scheduler: asset events, and time moved."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.ui import GARDEN, Stopped, Ui, running_ui
from support.waits import wait_until
from tasks.pipelines.names import BUILT_IN, dag_id, run_name
from tasks.registry.champion import champion
from tasks.runs.outcome import read_metrics

pytestmark = pytest.mark.e2e

SUNDAY = 6
CLOCK = Path(__file__).parent / "clock"


@pytest.fixture(scope="module")
def published(ui: Ui) -> dict[str, Any]:
    """A run that an update of the data set's asset started, the model's events after it, the same
    after another update of the unchanged data set; and at the same time the first run, by its own
    asset, of a pipeline with the same data and params, and the events of its model."""
    garden = replace(ui, api=ui.api.about(dag_id(GARDEN)))
    for each in (ui, garden):
        each.api.unpause()
    before = model_events(ui)
    first = ended(ui, publish_dataset(ui))
    after = model_events(ui)
    second, theirs = publish_dataset(ui), publish_dataset(garden, GARDEN)
    return {
        "first": first,
        "new": after[len(before) :],
        "second": ended(ui, second),
        "garden": ended(garden, theirs),
        "events": after,
        "garden's events": model_events(ui, GARDEN),
    }


@pytest.fixture(scope="module")
def later(published: dict[str, Any], ui: Ui, stopped_ui: Stopped) -> Iterator[Ui]:
    """The same Airflow in the night of Saturday to Sunday, a few seconds before midnight."""
    now = datetime.now(UTC)
    midnight = datetime.combine(now.date(), time(0, 0), UTC)
    sunday = midnight + timedelta(days=7 + (SUNDAY - now.weekday()))
    seconds = (sunday - now).total_seconds() - 20
    ahead = {"GRAFT_PYTHONPATH": str(CLOCK), "GRAFT_TEST_SECONDS_AHEAD": str(seconds)}
    with running_ui(ui.home.root.parent, ahead) as running:
        yield running


def publish_dataset(ui: Ui, name: str = BUILT_IN) -> str:
    """Update a data set's asset and return the id of the run that followed."""

    def publish() -> None:
        (asset,) = ui.api.call("GET", f"assets?name_pattern={name}_dataset")["assets"]
        ui.api.call("POST", "assets/events", asset_id=asset["id"], extra={"version": 2})

    return str(ui.api.run_made_by(publish, "asset_triggered")["dag_run_id"])


def ended(ui: Ui, run_id: str) -> dict[str, Any]:
    """Return a run when it has ended, with the states of its tasks."""
    ui.api.end(run_id)
    tasks = ui.api.task_instances(run_id)
    return {**ui.api.run(run_id), "tasks": {name: task["state"] for name, task in tasks.items()}}


def model_events(ui: Ui, name: str = BUILT_IN) -> list[dict[str, Any]]:
    events = ui.api.call("GET", "assets/events?order_by=timestamp")["asset_events"]
    return [event for event in events if event["name"] == f"{name}_model"]


def test_the_data_sets_asset_starts_a_training(published: dict[str, Any]) -> None:
    run = published["first"]
    assert (run["run_type"], run["state"], run["logical_date"]) == (
        "asset_triggered",
        "success",
        None,
    )
    assert set(run["tasks"].values()) == {"success"}
    assert run["note"].startswith("Graft: **Top-1 accuracy 0.")


def test_a_promotion_updates_the_models_asset(ui: Ui, published: dict[str, Any]) -> None:
    (event,) = published["new"]
    assert (event["source_task_id"], event["source_run_id"]) == (
        "promote_model",
        published["first"]["dag_run_id"],
    )
    extra = event["extra"]
    assert (ui.home.models / extra["digest"] / "head.npz").is_file()
    now = champion(ui.home)
    assert now is not None
    assert (now.number, now.model) == (extra["version"], extra["digest"])
    assert f"**Promoted**: version {now.number}" in published["first"]["note"]
    assert f"accuracy {extra['accuracy']:.4f}" in published["first"]["note"]


def test_nothing_is_trained_on_unchanged_inputs(ui: Ui, published: dict[str, Any]) -> None:
    run = published["second"]
    assert run["state"] == "success"
    assert {task for task, state in run["tasks"].items() if state == "skipped"} == {
        "train_classifier",
        "export_model",
        "report",
        "promote_model",
    }
    assert run["note"].startswith(
        "Graft: **Nothing to train**: data set, checkpoint and params are"
    )
    assert model_events(ui) == published["events"]


def test_a_pipeline_makes_a_version_of_its_own_of_a_model_that_another_has_trained(
    ui: Ui, published: dict[str, Any]
) -> None:
    run = published["garden"]
    assert set(run["tasks"].values()) == {"success"}
    theirs = published["new"][0]["extra"]
    now = champion(ui.home, GARDEN)
    assert now is not None
    run_id = run_name(GARDEN, run["dag_run_id"])
    assert (now.number, now.model, now.run_id) == (1, theirs["digest"], run_id)
    metrics = read_metrics(ui.home, run_id)
    assert metrics is not None
    assert metrics.model.reused
    (event,) = published["garden's events"]
    assert (event["source_dag_id"], event["source_run_id"]) == (
        dag_id(GARDEN),
        run["dag_run_id"],
    )
    assert {**theirs, "version": 1, "run_id": run_id} == event["extra"]


def test_a_run_that_ctrl_c_stopped_goes_on(later: Ui, stopped_ui: Stopped) -> None:
    assert later.api.end(stopped_ui.run_id) == "success"


def test_the_schedule_starts_a_run_every_week(later: Ui, published: dict[str, Any]) -> None:
    scheduled = wait_until(lambda: later.api.newest_run("scheduled"), 120, "a scheduled run")
    run = ended(later, scheduled["dag_run_id"])
    due = datetime.fromisoformat(run["run_after"])
    assert (due.weekday(), due.time()) == (SUNDAY, time(0, 0))
    assert due > datetime.fromisoformat(published["second"]["end_date"])
    assert run["state"] == "success"
    assert run["tasks"]["train_classifier"] == "skipped"
    assert "**Nothing to train**" in run["note"]
