import json
from typing import Any

import pytest

from deploy.dag_log import DagLog
from deploy.run_events import Kind, RunEvent
from graft_airflow.spark_hook import TrainJobHook


def record(event: str, logger: str = "tasks.download.download", **more: Any) -> str:
    return json.dumps({"event": event, "logger": logger, "level": "info", **more}) + "\n"


def failure(kind: str, value: str) -> str:
    raised = [{"exc_type": "OSError", "exc_value": "inner"}, {"exc_type": kind, "exc_value": value}]
    return record("Task failed with exception", logger="task", exception=raised)


def said(text: str) -> RunEvent:
    return RunEvent(Kind.SAID, text)


def failed(message: str) -> RunEvent:
    return RunEvent(Kind.FAILED, f"FAILED: {message}")


def test_a_step_that_starts_and_ends() -> None:
    starting = "[DAG TEST] starting task_id=download_dataset map_index=-1"
    assert DagLog().read(record(starting, logger="airflow.sdk.definitions.dag")) == RunEvent(
        Kind.STARTED, "download_dataset"
    )
    ended = "[DAG TEST] end task task_id=download_dataset map_index=-1"
    assert DagLog().read(record(ended)) == RunEvent(Kind.ENDED, "download_dataset")


def test_what_the_tasks_say_is_shown() -> None:
    assert DagLog().read(record("made /work/x in 1.0 s")) == said("made /work/x in 1.0 s")


def test_what_the_job_says_is_shown_without_its_time() -> None:
    # As Airflow names the logger of a hook.
    hook = f"airflow.task.hooks.{TrainJobHook.__module__}.{TrainJobHook.__qualname__}"
    assert DagLog().read(record("12:34:56 features: 1 of 2", logger=hook)) == said(
        "features: 1 of 2"
    )
    assert DagLog().read(record("Spark-Submit cmd: spark-submit --master", logger=hook)) is None


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
    log = DagLog()
    assert log.read(raw) is None
    assert (log.run_id, log.errors) == (None, [])


def test_remembers_the_run() -> None:
    log = DagLog()
    log.read(record("created dagrun", logger="airflow", run_id="manual__2026"))
    log.read(record("made /x in 1 s"))
    assert log.run_id == "manual__2026"


def test_an_error_of_ours_is_told_in_its_own_words() -> None:
    log = DagLog()
    message = "flowers.tar.gz: labels.txt is empty"
    assert log.read(failure("AirflowFailException", message)) == failed(message)
    assert log.errors == [message]


def test_any_other_error_keeps_its_kind() -> None:
    log = DagLog()
    log.read(failure("AirflowFailException", "first"))
    assert log.read(failure("KeyError", "'path'")) == failed("KeyError: 'path'")
    assert log.errors == ["first", "KeyError: 'path'"]
