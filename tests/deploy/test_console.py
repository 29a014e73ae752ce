import json
from typing import Any

import pytest

from deploy.console import Console
from graft_airflow.spark_hook import TrainJobHook


def record(event: str, logger: str = "tasks.download.download", **more: Any) -> str:
    return json.dumps({"event": event, "logger": logger, "level": "info", **more}) + "\n"


def failure(kind: str, value: str) -> str:
    raised = [{"exc_type": "OSError", "exc_value": "inner"}, {"exc_type": kind, "exc_value": value}]
    return record("Task failed with exception", logger="task", exception=raised)


def test_a_task_that_starts_is_a_heading() -> None:
    event = "[DAG TEST] starting task_id=download_dataset map_index=-1"
    assert Console().lines(record(event, logger="airflow.sdk.definitions.dag")) == [
        "\ndownload_dataset"
    ]


def test_what_the_tasks_say_is_shown() -> None:
    assert Console().lines(record("made /work/x in 1.0 s")) == ["  made /work/x in 1.0 s"]


def test_what_the_job_says_is_shown_without_its_time() -> None:
    # As Airflow names the logger of a hook.
    hook = f"airflow.task.hooks.{TrainJobHook.__module__}.{TrainJobHook.__qualname__}"
    assert Console().lines(record("12:34:56 features: 1 of 2", logger=hook)) == [
        "  features: 1 of 2"
    ]
    assert Console().lines(record("Spark-Submit cmd: spark-submit --master", logger=hook)) == []


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "not JSON\n",
        "[1, 2]\n",
        "3\n",
        "null\n",
        "{}\n",
        record("Filling up the DagBag", logger="airflow.dag_processing.dagbag.DagBag"),
        record("a library speaks", logger="tasksomething"),
        json.dumps({"event": None, "logger": None}),
    ],
)
def test_nothing_else_is(raw: str) -> None:
    console = Console()
    assert console.lines(raw) == []
    assert (console.run_id, console.errors) == (None, None)


def test_remembers_the_run() -> None:
    console = Console()
    console.lines(record("created dagrun", logger="airflow", run_id="manual__2026"))
    console.lines(record("made /x in 1 s"))
    assert console.run_id == "manual__2026"


def test_an_error_of_ours_is_told_in_its_own_words() -> None:
    console = Console()
    message = "flowers.tar.gz: labels.txt is empty"
    assert console.lines(failure("AirflowFailException", message)) == [f"  FAILED: {message}"]
    assert console.errors == [message]


def test_any_other_error_keeps_its_kind() -> None:
    console = Console()
    console.lines(failure("AirflowFailException", "first"))
    assert console.lines(failure("KeyError", "'path'")) == ["  FAILED: KeyError: 'path'"]
    assert console.errors == ["first", "KeyError: 'path'"]
