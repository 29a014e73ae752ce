import pytest
from airflow.sdk.exceptions import AirflowException

from graft_airflow.run import Run
from graft_airflow.spark_failure import cause
from tasks.errors import ClusterError, DataError, SetupError
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


@pytest.mark.parametrize(
    ("words", "how"),
    [
        (f"Cannot execute: spark-submit {'--conf x=y ' * 300}. Error code is: 1.", "exit code 1"),
        ("Error code is: 128.", "exit code 128"),
        ("no code", "no code"),
    ],
)
def test_any_other_end_is_told_by_the_jobs_last_words(run: Run, words: str, how: str) -> None:
    said = "Traceback (most recent call last):\n  ...\nValueError: odd \x1b[2J\n"
    found = cause(AirflowException(words), run, said)
    assert type(found) is AirflowException
    assert str(found) == (
        f"the Spark job broke ({how}): ValueError: odd \\x1b[2J; see this task's log"
    )


def test_a_known_cause_is_told_whatever_the_status(run: Run) -> None:
    said = "Error occurred during initialization of VM\nCould not reserve enough space for 9g\n"
    found = cause(AirflowException("Error code is: 1."), run, said)
    assert str(found) == (
        "the machine of the Spark driver has not enough memory for its JVM: lower driver_memory"
    )
    assert isinstance(found, SetupError)
