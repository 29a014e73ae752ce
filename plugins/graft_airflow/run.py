"""The run that a task belongs to, with its params checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.params.definitions import SOURCE_PARAMS, RunParams
from tasks.params.parser import parse
from tasks.params.places import is_place
from tasks.pipelines.names import BUILT_IN, name_of_dag, run_name
from tasks.storage.paths import Home


@dataclass(frozen=True)
class Run:
    """One run of a pipeline's DAG.

    Attributes:
        params: the run's params, checked.
        home: the folder of all artefacts and runs.
        run_id: the run's name in the home.
        pipeline: its name.
    """

    params: RunParams
    home: Home
    run_id: str
    pipeline: str = BUILT_IN

    def shown_params(self) -> dict[str, Any]:
        """Return the params that had a use, as JSON types, without the secrets in URLs."""
        from tasks.storage.redaction import redact

        unused = set(SOURCE_PARAMS) if self.params.source == "sample" else set()
        params = self.params.model_dump(mode="json", exclude=unused)
        return {k: redact(v) if v and is_place(k) else v for k, v in params.items()}


def current_run(context: Mapping[str, Any]) -> Run:
    """Return the run of a task's context.

    Raises:
        ParamsError: a param is unknown or out of bounds.
    """
    params = parse(RunParams, dict(context["params"]))
    return Run(params, Home.from_environ(), run_id_of(context), _pipeline(context))


def run_id_of(context: Mapping[str, Any]) -> str:
    """Return the name in the home of the run of a task's context."""
    return run_name(_pipeline(context), context["run_id"])


def pipeline_of(dag_id: str) -> str:
    """Return the pipeline of a DAG; that of a DAG of another id is the built-in one."""
    return name_of_dag(dag_id) or BUILT_IN


def _pipeline(context: Mapping[str, Any]) -> str:
    return pipeline_of(context["dag"].dag_id)
