"""The run that a task belongs to, with its params checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.params.definitions import SOURCE_PARAMS, RunParams
from tasks.params.parser import parse
from tasks.storage.paths import Home


@dataclass(frozen=True)
class Run:
    """One run of the DAG.

    Attributes:
        params: the run's params, checked.
        home: the folder of all artefacts and runs.
        run_id: Airflow's name of the run.
    """

    params: RunParams
    home: Home
    run_id: str

    def shown_params(self) -> dict[str, Any]:
        """Return the params that had a use, as JSON types, without the secrets in URLs."""
        from tasks.storage.redaction import redact

        unused = set(SOURCE_PARAMS) if self.params.source == "sample" else set()
        params = self.params.model_dump(mode="json", exclude=unused)
        return {k: redact(v) if v and k.endswith("_url") else v for k, v in params.items()}


def current_run(context: Mapping[str, Any]) -> Run:
    """Return the run of a task's context.

    Raises:
        ParamsError: a param is unknown or out of bounds.
    """
    return Run(parse(RunParams, dict(context["params"])), Home.from_environ(), context["run_id"])
