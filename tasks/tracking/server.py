"""MLflow as Graft uses it: a run, a version and an alias are found before they are made."""

import functools
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.tracking.content import CONTENT, KEY, MODEL, Content
from tasks.tracking.pyfunc_model import write_pyfunc_model

#: Folder of the model in a run's artefacts.
MODEL_FOLDER = "model"
# MLflow takes so many params or metrics in a request.
_MOST_PARAMS, _MOST_METRICS = 100, 1000


class Server:
    """A tracking server and its model registry.

    Args:
        uri: of the server.
        name: of the registered model, and of the experiment unless MLFLOW_EXPERIMENT_NAME is set.
    """

    def __init__(self, uri: str, name: str) -> None:
        from mlflow import MlflowClient

        self._client = MlflowClient(uri)
        self._name = name

    def check(self) -> None:
        """Ask the server for anything."""
        self._client.search_experiments(max_results=1)

    @functools.cached_property
    def experiment(self) -> str:
        """Id of the experiment, which is made if need be."""
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or self._name
        found = self._client.get_experiment_by_name(name)
        return str(found.experiment_id if found else self._client.create_experiment(name))

    def log_run(self, content: Content) -> str:
        """Log a run unless the server has it, and return its id there.

        A run that an earlier try logged in part is completed, a run that has changed is updated.
        """
        from mlflow.entities import RunStatus, RunTag

        run = self._find_run(content.key) or self._client.create_run(
            self.experiment,
            start_time=content.ended,
            tags={KEY: content.key, "mlflow.source.name": "graft"},
            run_name=content.name,
        )
        run_id, digest = str(run.info.run_id), content.digest
        if run.data.tags.get(CONTENT) == digest:
            return run_id
        self._log_figures(run, content)
        tags = [RunTag(name, text) for name, text in content.tags.items()]
        self._client.log_batch(run_id, tags=tags)
        for path in content.files:
            self._client.log_artifact(run_id, str(path))
        finished = RunStatus.to_string(RunStatus.FINISHED)
        self._client.set_terminated(run_id, finished, content.ended)
        self._client.set_tag(run_id, CONTENT, digest)
        return run_id

    def register(self, run_id: str, export: Path, *, number: int, model: str) -> str:
        """Register an exported model unless the server has it, and return its version.

        Args:
            run_id: id on the server of the run that trained the model.
            export: folder of the model's export.
            number: the version's number in Graft's registry.
            model: the model's digest.
        """
        wanted = {"graft.version": str(number), MODEL: model, "graft.export": export.name}
        found = self._find_version(wanted)
        if found:
            return found
        artifacts = self._client.get_run(run_id).info.artifact_uri
        with tempfile.TemporaryDirectory(prefix="graft-mlflow-") as aside:
            folder = Path(aside) / MODEL_FOLDER
            write_pyfunc_model(export, folder)
            self._client.log_artifacts(run_id, str(folder), MODEL_FOLDER)
        if self._registered_model() is None:
            self._client.create_registered_model(self._name)
        made = self._client.create_model_version(
            self._name, f"{artifacts}/{MODEL_FOLDER}", run_id, tags=wanted
        )
        return str(made.version)

    def set_alias(self, alias: str, version: str | None) -> None:
        """Give a version an alias, or take it from all versions (None)."""
        if version is not None:
            if self._aliases().get(alias) != version:
                self._client.set_registered_model_alias(self._name, alias, version)
        elif alias in self._aliases():
            self._client.delete_registered_model_alias(self._name, alias)

    def _log_figures(self, run: Any, content: Content) -> None:
        """Log params and metrics, those that an earlier try has not logged."""
        from mlflow.entities import Metric, Param

        params = [Param(k, v) for k, v in content.params.items() if k not in run.data.params]
        for start in range(0, len(params), _MOST_PARAMS):
            self._client.log_batch(run.info.run_id, params=params[start : start + _MOST_PARAMS])
        if len(run.data.metrics) == len({name for name, _, _ in content.metrics}):
            return
        # Server and client tell a metric that is logged twice by time and epoch.
        metrics = [Metric(name, value, content.ended, at) for name, value, at in content.metrics]
        for start in range(0, len(metrics), _MOST_METRICS):
            self._client.log_batch(run.info.run_id, metrics=metrics[start : start + _MOST_METRICS])

    def _find_run(self, key: str) -> Any:
        found = self._client.search_runs(
            [self.experiment], f"tags.`{KEY}` = '{key}'", max_results=1
        )
        return found[0] if found else None

    def _find_version(self, wanted: Mapping[str, str]) -> str:
        token: str | None = None
        while True:
            page = self._client.search_model_versions(f"name = '{self._name}'", page_token=token)
            for version in page:
                if wanted.items() <= version.tags.items():
                    return str(version.version)
            token = page.token
            if not token:
                return ""

    def _registered_model(self) -> Any:
        found = self._client.search_registered_models(f"name = '{self._name}'", max_results=1)
        return found[0] if found else None

    def _aliases(self) -> dict[str, str]:
        found = self._registered_model()
        return {k: str(v) for k, v in found.aliases.items()} if found else {}
