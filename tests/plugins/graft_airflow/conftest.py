"""Airflow's login, a run of the DAG, and a ``spark-submit`` of the tests' own."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.bases.operator import ExecutorSafeguard
from airflow.sdk.execution_time.context import OutletEventAccessors

from support.graphs import small_graph
from tasks.datasets.pair import Pair
from tasks.models.recipe import MODEL_FORMAT
from tasks.params.definitions import RunParams
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.metrics import RunMetrics
from tasks.runs.record import DAG_ID
from tasks.runs.training_record import Plan
from tasks.storage.local_files import write_json
from tasks.storage.manifest import MANIFEST, Manifest
from tasks.storage.paths import Home

RUN_ID = "manual__2026"


@pytest.fixture(scope="session")
def metrics() -> RunMetrics:
    """Metrics of a run that trained on two dumps with the default params; auto chose bigdl."""
    return RunMetrics(
        run_id=RUN_ID,
        model=ArtifactRecord(path="/models/abc", digest="abc", reused=False, seconds=9.0),
        top1=0.58,
        epochs=(),
        stages={"training": 3.0},
        records=Pair(8, 4),
        class_names=("stripes", "spots"),
        config=RunParams(feature_engine="bigdl").model_dump(mode="json"),
        plan=Plan(optimizer="LocalOptimizer", batch_size=16, cores=2, master="local[2]"),
        dumps=Pair("/dumps/train", "/dumps/validation"),
        features=Pair("train", "validation").map(
            lambda split: ArtifactRecord(path=f"/{split}", digest=split, reused=True, seconds=0.5)
        ),
        digests=Pair({"graph": "train"}, {"graph": "validation"}),
        versions={},
        python="3.11.7",
        finished_at="2026-01-02T03:05:00+00:00",
    )


@pytest.fixture
def write_model(home: Home, metrics: RunMetrics) -> Callable[[str], None]:
    """Write the dumps and the model of ``metrics``, finished at another time."""

    def write(finished_at: str) -> None:
        for split in ("train", "validation"):
            description = {"digests": {"graph": split}, "preprocessing": {"size": 4}}
            write_json(home.dumps / split / "pipeline.json", description)
            (home.dumps / split / "model.pb").write_bytes(small_graph())
        finished = replace(metrics, finished_at=finished_at)
        write_json(home.models / "abc" / "metrics.json", finished.as_json())
        manifest = Manifest({"format": MODEL_FORMAT}, {}, {}, 1.0)
        (home.models / "abc" / MANIFEST).write_text(manifest.as_json())

    return write


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """GRAFT_HOME of the test."""
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
    return Home(tmp_path)


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Set Airflow's Spark connection, or unset it; nothing else says where a cluster is."""
    for name in ("HADOOP_CONF_DIR", "YARN_CONF_DIR"):
        monkeypatch.delenv(name, raising=False)

    def connect(connection: str | None) -> None:
        monkeypatch.delenv("AIRFLOW_CONN_SPARK_DEFAULT", raising=False)
        if connection is not None:
            monkeypatch.setenv("AIRFLOW_CONN_SPARK_DEFAULT", connection)

    return connect


class TaskInstance:
    """Keeps what is pushed."""

    def __init__(self) -> None:
        self.pushed: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


@pytest.fixture
def in_run() -> Callable[..., Any]:
    """Make the context of a task of a run that started on 2026-01-02 at 03:04 UTC."""

    def in_run(run_type: str = "manual", **params: Any) -> Any:
        return {
            "params": params,
            "run_id": RUN_ID,
            "dag": SimpleNamespace(dag_id=DAG_ID),
            "ti": TaskInstance(),
            "dag_run": SimpleNamespace(
                run_type=run_type, start_date=datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
            ),
            "outlet_events": OutletEventAccessors(),
        }

    return in_run


@pytest.fixture
def _outside_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow lets only its task runner call ``execute``."""
    monkeypatch.setattr(ExecutorSafeguard, "test_mode", True)


@dataclass(frozen=True)
class SparkSubmit:
    """A program in place of ``spark-submit``.

    Attributes:
        folder: to be on PATH.
    """

    folder: Path

    def will(
        self,
        *lines: str,
        status: int = 0,
        files: Mapping[Path, object] | None = None,
        wait: float = 0,
    ) -> None:
        """Have it print lines, write JSON files, wait and end with a status.

        Args:
            lines: what it prints.
            status: its exit status, or minus the signal that ends it.
            files: contents by path.
            wait: seconds.
        """
        contents = {str(path): content for path, content in (files or {}).items()}
        plan = {"lines": lines, "status": status, "files": contents, "wait": wait}
        (self.folder / "plan.json").write_text(json.dumps(plan))

    @property
    def ran(self) -> bool:
        """Whether it was started."""
        return (self.folder / "ran.json").exists()

    @property
    def arguments(self) -> list[str]:
        """Its arguments when it ran."""
        arguments: list[str] = json.loads((self.folder / "ran.json").read_text())["arguments"]
        return arguments

    @property
    def conf(self) -> dict[str, str]:
        """Its Spark settings when it ran."""
        words = self.arguments
        given = [words[i + 1] for i, word in enumerate(words) if word == "--conf"]
        return dict(setting.split("=", 1) for setting in given)

    @property
    def env(self) -> dict[str, str]:
        """Its environment when it ran."""
        env: dict[str, str] = json.loads((self.folder / "ran.json").read_text())["env"]
        return env


PROGRAM = """\
import json, os, pathlib, sys, time
folder = pathlib.Path(__file__).parent
ran = {"arguments": sys.argv[1:], "env": dict(os.environ)}
(folder / "ran.json").write_text(json.dumps(ran))
plan = json.loads((folder / "plan.json").read_text())
print(*plan["lines"], sep="\\n", flush=True)
for path, content in plan["files"].items():
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(path).write_text(json.dumps(content))
time.sleep(plan["wait"])
if plan["status"] < 0:
    os.kill(os.getpid(), -plan["status"])
sys.exit(plan["status"])
"""


@pytest.fixture
def spark_submit(tmp_path: Path) -> SparkSubmit:
    """A ``spark-submit`` that ends well."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "spark-submit"
    program.write_text(f"#!{sys.executable}\n{PROGRAM}")
    program.chmod(0o755)
    ready = SparkSubmit(folder)
    ready.will()
    return ready


@pytest.fixture
def submit_path(spark_submit: SparkSubmit) -> dict[str, str]:
    """Environment in which the tests' ``spark-submit`` is found first."""
    return {"PATH": f"{spark_submit.folder}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture(scope="session")
def manager() -> Iterator[Any]:
    """The auth manager of an api-server, with the tables that it looks into."""
    from airflow import settings
    from airflow.api_fastapi import app
    from airflow.models import import_all_models
    from airflow.models.base import Base

    settings.initialize()  # type: ignore[no-untyped-call]  # Airflow's
    import_all_models()  # type: ignore[no-untyped-call]  # Airflow's
    Base.metadata.create_all(settings.engine)
    yield app.init_auth_manager()
    app.purge_cached_app()


@pytest.fixture
def token(manager: Any) -> Callable[[str | None], str]:
    """Make the token of a user of a role, or of none."""
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    def token(role: str | None) -> str:
        user = SimpleAuthManagerUser(username="someone", role=role)
        return str(manager.generate_jwt(user))

    return token
