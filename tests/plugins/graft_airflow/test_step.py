import inspect
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException

from graft_airflow import step as module
from graft_airflow.assets import dataset_asset
from graft_airflow.run import Run, current_run
from graft_airflow.step import step
from tasks import errors
from tasks.report.page import Report
from tasks.runs.record import DAG_ID, Step, read_failures, read_steps, record_failure
from tasks.storage.artifact import Artifact
from tasks.storage.paths import Home

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)

CONTEXT = {
    "params": {"epochs": 3},
    "run_id": "manual__2026",
    "dag": SimpleNamespace(dag_id=DAG_ID),
}


@pytest.fixture(autouse=True)
def _in_a_task(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "get_current_context", lambda: CONTEXT)


def made(path: str) -> Artifact:
    return Artifact(Path(path), "abc", reused=False, seconds=1.5)


def facts_of(path: str) -> dict[str, Any]:
    return {"path": path, "digest": "x", "reused": True, "seconds": 0.0}


class TestArguments:
    @pytest.fixture
    def seen(self) -> list[Any]:
        return []

    @pytest.fixture
    def dump_train(self, seen: list[Any]) -> Any:
        @step(timeout=timedelta(hours=1))
        def dump_train(run: Run, dataset: Path, checkpoint: Path) -> Artifact:
            seen.extend([run, dataset, checkpoint])
            return made("/dumps/abc")

        return dump_train

    def test_are_the_run_and_the_paths_before_it(self, dump_train: Any, seen: list[Any]) -> None:
        facts = dump_train.function(facts_of("/datasets/x"), checkpoint=facts_of("/checkpoints/y"))
        assert seen == [current_run(CONTEXT), Path("/datasets/x"), Path("/checkpoints/y")]
        assert facts == {"path": "/dumps/abc", "digest": "abc", "reused": False, "seconds": 1.5}

    def test_are_bound_by_name(self, dump_train: Any, seen: list[Any]) -> None:
        dump_train.function(checkpoint=facts_of("/checkpoints/y"), dataset=facts_of("/datasets/x"))
        assert seen[1:] == [Path("/datasets/x"), Path("/checkpoints/y")]

    @pytest.mark.parametrize("name", ["checkpoints", "run"])
    def test_of_another_name_are_refused(self, dump_train: Any, name: str) -> None:
        given = {n: facts_of("/x") for n in ("dataset", "checkpoint", name)}
        with pytest.raises(TypeError, match=f"unexpected keyword argument '{name}'"):
            dump_train.function(**given)

    def test_that_are_missing_are_named(self, dump_train: Any) -> None:
        with pytest.raises(TypeError, match="missing a required argument: 'checkpoint'"):
            dump_train.function(facts_of("/datasets/x"))

    def test_the_run_may_stand_anywhere(self, seen: list[Any]) -> None:
        @step(timeout=timedelta(hours=1))
        def extract_dataset(archive: Path, run: Run) -> Artifact:
            seen.extend([run, archive])
            return made("/datasets/abc")

        extract_dataset.function(facts_of("/downloads/x"))
        assert seen == [current_run(CONTEXT), Path("/downloads/x")]


class TestRecord:
    def test_of_what_it_did(self, home: Home) -> None:
        @step(timeout=timedelta(hours=1))
        def download_dataset(run: Run) -> Artifact:
            return made("/downloads/abc")

        facts = download_dataset.function()
        (recorded,) = read_steps(home, "manual__2026")
        assert recorded.seconds >= 0
        assert replace(recorded, seconds=0) == Step(
            task_id="download_dataset", path="/downloads/abc", digest="abc", reused=False
        )
        assert facts["path"] == "/downloads/abc"

    def test_of_what_is_no_artefact(self, home: Home) -> None:
        @step(timeout=timedelta(hours=1))
        def report(run: Run) -> Report:
            return Report(run.home.report(run.run_id), 0.5)

        facts = report.function()
        page = str(home.run("manual__2026") / "report.html")
        assert facts == {"path": page, "reused": False, "seconds": 0.5}
        (recorded,) = read_steps(home, "manual__2026")
        assert (recorded.task_id, recorded.path) == ("report", page)

    def test_of_a_failure_is_forgotten_once_the_step_succeeds(self, home: Home) -> None:
        record_failure(home, "manual__2026", "download_dataset", "404")

        @step(timeout=timedelta(hours=1))
        def download_dataset(run: Run) -> Artifact:
            return made("/x")

        download_dataset.function()
        assert read_failures(home, "manual__2026") == {}


class TestTask:
    def test_airflow_sees_the_paths_and_not_the_run(self) -> None:
        @step(timeout=timedelta(hours=1))
        def extract_dataset(run: Run, archive: Path) -> Artifact:
            """Unpack."""
            return made("/datasets/abc")

        assert list(inspect.signature(extract_dataset.function).parameters) == ["archive"]
        assert extract_dataset.function.__doc__ == "Unpack."
        assert extract_dataset.kwargs["task_id"] == "extract_dataset"
        assert extract_dataset.kwargs["execution_timeout"] == timedelta(hours=1)
        assert extract_dataset.kwargs["retries"] == 3

    def test_assets_are_given_where_it_is_wired(self) -> None:
        @step(timeout=timedelta(hours=1))
        def download_dataset(run: Run) -> Artifact:
            return made("/x")

        birds = dataset_asset("birds")
        with DAG("a_dag", schedule=None) as dag:
            download_dataset.override(inlets=[birds])()
        (task,) = dag.tasks
        assert (task.task_id, task.inlets, task.retries) == ("download_dataset", [birds], 3)


class TestErrors:
    @pytest.mark.parametrize(
        "error",
        [
            errors.DataError("labels.txt is empty"),
            errors.StorageError("no room"),
            errors.SetupError("no Java"),
            errors.ParamsError("epochs is 0"),
            errors.GraftError("odd"),
        ],
    )
    def test_of_ours_fail_at_once_in_their_own_words(
        self, home: Home, error: errors.GraftError
    ) -> None:
        @step(timeout=timedelta(hours=1))
        def extract_dataset(run: Run) -> Artifact:
            raise error

        with pytest.raises(AirflowFailException) as caught:
            extract_dataset.function()
        assert str(caught.value) == str(error)
        assert caught.value.__suppress_context__
        assert read_steps(home, "manual__2026") == []
        assert read_failures(home, "manual__2026") == {"extract_dataset": str(error)}

    @pytest.mark.parametrize(
        "error",
        [errors.NetworkError("404"), errors.ClusterError("lost"), KeyError("path"), OSError(5)],
    )
    def test_any_others_stay_what_they_are(self, error: Exception) -> None:
        @step(timeout=timedelta(hours=1))
        def download_dataset(run: Run) -> Artifact:
            raise error

        with pytest.raises(type(error)) as caught:
            download_dataset.function()
        assert caught.value is error

    def test_of_params_come_before_the_step(self, monkeypatch: pytest.MonkeyPatch) -> None:
        context = {**CONTEXT, "params": {"epoch": 3}}
        monkeypatch.setattr(module, "get_current_context", lambda: context)

        @step(timeout=timedelta(hours=1))
        def download_dataset(run: Run) -> Artifact:
            pytest.fail("it ran")

        with pytest.raises(AirflowFailException, match="unknown param 'epoch': did you mean"):
            download_dataset.function()

    def test_of_a_home_that_cannot_be_written_fail_at_once(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (home.root / "file").touch()
        monkeypatch.setenv("GRAFT_HOME", str(home.root / "file"))

        @step(timeout=timedelta(hours=1))
        def download_dataset(run: Run) -> Artifact:
            return made("/x")

        with pytest.raises(AirflowFailException, match=r"cannot write .*; set GRAFT_HOME"):
            download_dataset.function()
