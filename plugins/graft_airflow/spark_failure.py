"""Translation of a failed ``spark-submit`` into the error of the training task."""

import re
from typing import Protocol

from airflow.sdk.exceptions import AirflowException

from tasks.errors import ClusterError
from tasks.runs.outcome import read_error
from tasks.spark.failures import jvm_failure, last_words
from tasks.storage.paths import Home
from tasks.storage.shown import shown

_EXIT_CODE = re.compile(r"Error code is: (-?\d+)")
# Shells and JVMs report a signal as this number plus the signal's.
_LAST_STATUS = 128


class Submitted(Protocol):
    """A job that was submitted: the folder in which it leaves its error."""

    @property
    def home(self) -> Home:
        """The folder of all runs."""

    @property
    def run_id(self) -> str:
        """The run that submitted the job."""


def cause(error: AirflowException, run: Submitted, said: str = "") -> Exception:
    """Return the error to fail with, in one line.

    It is the job's own error if the job left one; a ``ClusterError`` if the driver was killed; else
    what its last words tell.

    Args:
        error: the provider's, with the exit code of ``spark-submit``.
        run: the run that submitted the job.
        said: the last lines of the job.
    """
    explained = read_error(run.home, run.run_id)
    if explained:
        return explained
    ended = _EXIT_CODE.search(str(error))
    code = int(ended[1]) if ended else 0
    known = jvm_failure(said)
    if known:
        return known
    if code < 0 or code > _LAST_STATUS:
        return ClusterError(
            f"the Spark driver was killed (exit code {code}): by someone, or because this "
            "machine ran out of memory; see driver_memory"
        )
    # The provider's own words are the whole command, of thousands of characters.
    how = f"exit code {code}" if ended else shown(str(error))
    return AirflowException(f"the Spark job broke ({how}): {last_words(said)}; see this task's log")
