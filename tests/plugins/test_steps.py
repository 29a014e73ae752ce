import inspect
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from graft_airflow import steps
from graft_airflow.assets import DATASET
from graft_airflow.steps import RETRIES, Run, current_run, failing_at_once, step
from tasks import errors
from tasks.params.definitions import RunParams
from tasks.report.page import Report
from tasks.runs.record import Step, read_failures, read_steps, record_failure
from tasks.storage.artifact import Artifact
from tasks.storage.paths import Home

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)

CONTEXT = {"params": {"epochs": 3}, "run_id": "manual__2026"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
    monkeypatch.setattr(steps, "get_current_context", lambda: CONTEXT)
    return Home(tmp_path)


def made(path: str) -> Artifact:
    return Artifact(Path(path), "abc", reused=False, seconds=1.5)


class TestCurrentRun:
    def test_checks_and_completes_the_params(self, home: Home) -> None:
        run = current_run(CONTEXT)
        assert run == Run(RunParams(epochs=3), home, "manual__2026")

    def test_an_unknown_param_is_named_with_the_nearest(self) -> None:
        context = {**CONTEXT, "params": {**RunParams().model_dump(), "epoch": 3}}
        with pytest.raises(errors.ParamsError, match="unknown param 'epoch': did you mean 'epoch"):
            current_run(context)

    def test_a_value_out_of_bounds(self) -> None:
        with pytest.raises(errors.ParamsError, match="batch_size is 0, expected"):
            current_run({**CONTEXT, "params": {"batch_size": 0}})


class TestStep:
    def test_gives_the_run_and_the_paths_before_it(self) -> None:
        seen: list[Any] = []

        @step(timeout=timedelta(hours=1))
        def dump_train(run: Run, dataset: Path, checkpoint: Path) -> Artifact:
            seen.extend([run, dataset, checkpoint])
            return made("/dumps/abc")

        before = {"path": "/datasets/x", "digest": "x", "reused": True, "seconds": 0.0}
        facts = dump_train.function(before, checkpoint={**before, "path": "/checkpoints/y"})
        assert seen == [current_run(CONTEXT), Path("/datasets/x"), Path("/checkpoints/y")]
        assert facts == {"path": "/dumps/abc", "digest": "abc", "reused": False, "seconds": 1.5}

    def test_records_what_it_did(self, home: Home) -> None:
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

    def test_what_is_no_artefact_is_recorded_the_same_way(self, home: Home) -> None:
        @step(timeout=timedelta(hours=1))
        def report(run: Run) -> Report:
            return Report(run.home.report(run.run_id), 0.5)

        facts = report.function()
        page = str(home.run("manual__2026") / "report.html")
        assert facts == {"path": page, "reused": False, "seconds": 0.5}
        (recorded,) = read_steps(home, "manual__2026")
        assert (recorded.task_id, recorded.path) == ("report", page)

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
    def test_an_error_of_ours_fails_at_once_in_its_own_words(
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
    def test_any_other_stays_what_it_is(self, error: Exception) -> None:
        @step(timeout=timedelta(hours=1))
        def download_dataset(run: Run) -> Artifact:
            raise error

        with pytest.raises(type(error)) as caught:
            download_dataset.function()
        assert caught.value is error

    def test_bad_params_fail_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        context = {**CONTEXT, "params": {"epoch": 3}}
        monkeypatch.setattr(steps, "get_current_context", lambda: context)

        @step(timeout=timedelta(hours=1))
        def download_dataset(run: Run) -> Artifact:
            pytest.fail("it ran")

        with pytest.raises(AirflowFailException, match="unknown param 'epoch': did you mean"):
            download_dataset.function()

    def test_a_home_that_cannot_be_written_fails_at_once(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (home.root / "file").touch()
        monkeypatch.setenv("GRAFT_HOME", str(home.root / "file"))

        @step(timeout=timedelta(hours=1))
        def download_dataset(run: Run) -> Artifact:
            return made("/x")

        with pytest.raises(AirflowFailException, match=r"cannot write .*; set GRAFT_HOME"):
            download_dataset.function()

    def test_a_failure_is_forgotten_once_the_step_succeeds(self, home: Home) -> None:
        record_failure(home, "manual__2026", "download_dataset", "404")

        @step(timeout=timedelta(hours=1))
        def download_dataset(run: Run) -> Artifact:
            return made("/x")

        download_dataset.function()
        assert read_failures(home, "manual__2026") == {}

    def test_inlets_are_the_tasks(self) -> None:
        @step(timeout=timedelta(hours=1), inlets=[DATASET])
        def download_dataset(run: Run) -> Artifact:
            return made("/x")

        assert download_dataset.kwargs["inlets"] == [DATASET]


def test_the_params_of_the_sample_are_shown_without_urls(home: Home) -> None:
    shown = Run(RunParams(source="sample"), home, "manual__2026").shown_params()
    assert shown["source"] == "sample"
    assert not {"dataset_url", "checkpoint_sha256"} & set(shown)


class TestRetries:
    def test_survive_serialisation(self) -> None:
        from airflow.sdk import ExceptionRetryPolicy, RetryAction

        policy = RETRIES["retry_policy"]
        back = ExceptionRetryPolicy.deserialize(policy.serialize())
        for each in (policy, back):
            for error in (errors.NetworkError("404"), errors.ClusterError("lost")):
                decision = each.evaluate(error, try_number=1, max_tries=3)
                assert decision.action is RetryAction.RETRY
            decision = each.evaluate(errors.DataError("bad"), try_number=1, max_tries=3)
            assert decision.action is RetryAction.FAIL


def test_failing_at_once_without_an_error(home: Home) -> None:
    with failing_at_once(CONTEXT, "report"):
        pass
    assert read_failures(home, "manual__2026") == {}
