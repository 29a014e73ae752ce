"""Reads what ``airflow dags test`` logs as JSON, one object per line."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.run_events import Kind, RunEvent

_STEP = re.compile(r"\[DAG TEST\] (?P<what>starting|end task) task_id=(?P<step>\S+)")
_KINDS = {"starting": Kind.STARTED, "end task": Kind.ENDED}
_JOB_TIME = re.compile(r"^\d\d:\d\d:\d\d ")
# The second is the logger of the hook that submits the training job.
_OURS = ("tasks.", "airflow.task.hooks.graft_airflow.")
_COMMAND = "Spark-Submit cmd: "


@dataclass
class DagLog:
    """Picks what a person wants to see out of the log, and remembers what came of the run.

    Attributes:
        run_id: the DAG run's, from when Airflow has created it.
        errors: messages of the steps that failed, those that were tried again included.
    """

    run_id: str | None = None
    errors: list[str] = field(default_factory=list)

    def read(self, line: str) -> RunEvent | None:
        """Return the event in a line of the log, None where there is none."""
        try:
            record = json.loads(line)
        except ValueError:
            return None
        if not isinstance(record, dict):
            return None
        self.run_id = record.get("run_id", self.run_id)
        event = str(record.get("event", ""))
        if found := _STEP.match(event):
            return RunEvent(_KINDS[found["what"]], found["step"])
        if "exception" in record:
            return self._failure(record)
        if str(record.get("logger", "")).startswith(_OURS) and not event.startswith(_COMMAND):
            return RunEvent(Kind.SAID, _JOB_TIME.sub("", event))
        return None

    def _failure(self, record: Mapping[str, Any]) -> RunEvent:
        raised = record["exception"][-1]
        message = f"{raised['exc_type']}: {raised['exc_value']}"
        message = message.removeprefix("AirflowFailException: ")
        self.errors.append(message)
        return RunEvent(Kind.FAILED, f"FAILED: {message}")
