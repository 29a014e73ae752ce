"""Errors of a Spark job, left in the run's folder for a submitter that sees no exception."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from tasks.errors import StorageError
from tasks.runs.outcome import write_error
from tasks.spark.errors import user_error
from tasks.storage.paths import Home


def by_hand_id() -> str:
    """Return the id of a run that nobody named: when it began, in UTC."""
    return f"by_hand__{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}"


@contextmanager
def leaving_error(home: Home, run_id: str) -> Iterator[None]:
    """Raise an error as the ``GraftError`` behind it, and write that to the run's folder.

    Args:
        home: where the run's folder is.
        run_id: the run.

    Raises:
        GraftError: there is one behind the error; any other error is raised as it is.
    """
    try:
        yield
    except Exception as error:
        told = user_error(error)
        if told is None:
            raise
        # Where not even this can be written, the first error is the one to report.
        with suppress(StorageError):
            write_error(home, run_id, told)
        raise told from None
