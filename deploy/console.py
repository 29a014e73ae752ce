"""Makes readable lines of what ``airflow dags test`` logs as JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_STARTING = re.compile(r"\[DAG TEST\] starting task_id=(\S+)")
_JOB_TIME = re.compile(r"^\d\d:\d\d:\d\d ")
# The second is the logger of the hook that submits the training job.
_OURS = ("tasks.", "airflow.task.hooks.graft_airflow.")
_COMMAND = "Spark-Submit cmd: "


@dataclass
class Console:
    """Turns log records into lines for a person and remembers the run's id.

    Attributes:
        run_id: set once Airflow has created the run.
        errors: what failed, in the steps' own words.
    """

    run_id: str | None = None
    errors: list[str] | None = None

    def lines(self, raw: str) -> list[str]:
        """Return what to show of one line of Airflow's output."""
        try:
            record = json.loads(raw)
        except ValueError:
            return []
        if not isinstance(record, dict):
            return []
        self.run_id = record.get("run_id", self.run_id)
        event = str(record.get("event", ""))
        starting = _STARTING.match(event)
        if starting:
            return [f"\n{starting[1]}"]
        if "exception" in record:
            return self._failed(record)
        if str(record.get("logger", "")).startswith(_OURS) and not event.startswith(_COMMAND):
            return [f"  {_JOB_TIME.sub('', event)}"]
        return []

    def _failed(self, record: Mapping[str, Any]) -> list[str]:
        raised = record["exception"][-1]
        message = f"{raised['exc_type']}: {raised['exc_value']}"
        message = message.removeprefix("AirflowFailException: ")
        self.errors = [*(self.errors or []), message]
        return [f"  FAILED: {message}"]
