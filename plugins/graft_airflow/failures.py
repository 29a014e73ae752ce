"""Failures of a step: recorded for the run's note, and not retried where that cannot help."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowSkipException,
    AirflowTaskTimeout,
)

from graft_airflow.run import run_id_of
from tasks.errors import GraftError, TransientError
from tasks.runs.record import forget_step, record_failure
from tasks.storage.paths import Home
from tasks.visible import visible


@contextmanager
def failing_at_once(context: Mapping[str, Any], task_id: str) -> Iterator[None]:
    """Record the reason of a failure for the run's note, replacing the record of an earlier try.

    Raises:
        AirflowFailException: for a ``GraftError`` that is not transient; Airflow does not retry it.
    """
    try:
        # If the folder cannot be written, the step itself says why.
        with suppress(GraftError, OSError):
            forget_step(Home.from_environ(), run_id_of(context), task_id)
        yield
    except AirflowSkipException:
        raise
    # Airflow's timeout of a task is a BaseException only.
    except (Exception, AirflowTaskTimeout) as error:
        # If the record cannot be written either, the first error is the one to tell.
        with suppress(GraftError):
            record_failure(Home.from_environ(), run_id_of(context), task_id, _reason(error))
        with not_retried():
            raise


@contextmanager
def not_retried() -> Iterator[None]:
    """Fail at once where another try cannot help.

    Raises:
        AirflowFailException: for a ``GraftError`` that is not transient; Airflow does not retry it.
    """
    try:
        yield
    except GraftError as error:
        if isinstance(error, TransientError):
            raise
        raise AirflowFailException(str(error)) from None


def _reason(error: BaseException) -> str:
    explained = isinstance(error, (GraftError, AirflowException))
    return visible(str(error) if explained else f"{type(error).__name__}: {error}")
