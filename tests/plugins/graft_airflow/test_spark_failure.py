import pytest
from airflow.sdk.exceptions import AirflowException

from graft_airflow.run import Run
from graft_airflow.spark_failure import cause
from tasks.errors import ClusterError, DataError
from tasks.params.definitions import RunParams
from tasks.runs.outcome import write_error
from tasks.storage.paths import Home

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


@pytest.fixture
def run(home: Home) -> Run:
    return Run(RunParams(), home, "manual__2026")


def test_the_jobs_own_error_comes_first(run: Run) -> None:
    write_error(run.home, run.run_id, DataError("shard-00003, record 7: no JPEG"))
    for code in (2, -9):
        found = cause(AirflowException(f"Error code is: {code}."), run)
        assert isinstance(found, DataError)
        assert str(found) == "shard-00003, record 7: no JPEG"


@pytest.mark.parametrize("code", [-9, -15, 137, 143])
def test_a_killed_driver_may_be_tried_again(run: Run, code: int) -> None:
    found = cause(AirflowException(f"Cannot execute: x --y. Error code is: {code}."), run)
    assert isinstance(found, ClusterError)
    assert str(found) == (
        f"the Spark driver was killed (exit code {code}): by someone, or because this machine ran "
        "out of memory; see driver_memory"
    )


@pytest.mark.parametrize("words", ["Error code is: 1.", "Error code is: 128.", "no code"])
def test_any_other_end_is_told_in_the_providers_words(run: Run, words: str) -> None:
    found = cause(AirflowException(words), run)
    assert type(found) is AirflowException
    assert str(found) == f"the Spark job broke: {words}"
