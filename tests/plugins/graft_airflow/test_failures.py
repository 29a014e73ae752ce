from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowSkipException,
    AirflowTaskTimeout,
)

from graft_airflow.failures import failing_at_once
from tasks import errors
from tasks.runs.record import DAG_ID, read_failures, read_steps, record_failure, record_step
from tasks.storage.paths import Home

RUN = "manual__2026"
CONTEXT = {"run_id": RUN, "dag": SimpleNamespace(dag_id=DAG_ID)}

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


def fail(error: BaseException) -> None:
    with failing_at_once(CONTEXT, "extract_dataset"):
        raise error


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
def test_an_error_of_ours_is_not_retried(home: Home, error: errors.GraftError) -> None:
    with pytest.raises(AirflowFailException) as caught:
        fail(error)
    assert str(caught.value) == str(error)
    assert caught.value.__suppress_context__
    assert read_failures(home, RUN) == {"extract_dataset": str(error)}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (errors.NetworkError("404"), "404"),
        (errors.ClusterError("lost"), "lost"),
        (AirflowException("the Spark job broke"), "the Spark job broke"),
        (AirflowTaskTimeout("after 6 h"), "AirflowTaskTimeout: after 6 h"),
        (KeyError("path"), "KeyError: 'path'"),
    ],
)
def test_any_other_stays_what_it_is_and_is_recorded(
    home: Home, error: BaseException, reason: str
) -> None:
    with pytest.raises(type(error)) as caught:
        fail(error)
    assert caught.value is error
    assert read_failures(home, RUN) == {"extract_dataset": reason}


def test_a_skip_is_no_failure(home: Home) -> None:
    with pytest.raises(AirflowSkipException):
        fail(AirflowSkipException("nothing to train"))
    assert read_failures(home, RUN) == {}


def test_without_an_error(home: Home) -> None:
    with failing_at_once(CONTEXT, "report"):
        pass
    assert read_failures(home, RUN) == {}


def test_the_record_of_an_earlier_try_is_gone_while_the_step_runs(home: Home) -> None:
    record_failure(home, RUN, "extract_dataset", "404")
    record_step(home, RUN, "download_dataset", {"path": "/x"})
    with failing_at_once(CONTEXT, "extract_dataset"):
        assert read_failures(home, RUN) == {}
    assert [step.task_id for step in read_steps(home, RUN)] == ["download_dataset"]


def test_a_record_that_cannot_be_written_hides_no_error(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home.root / "file").touch()
    monkeypatch.setenv("GRAFT_HOME", str(home.root / "file"))
    with pytest.raises(AirflowFailException, match=r"^labels\.txt is empty$"):
        fail(errors.DataError("labels.txt is empty"))
