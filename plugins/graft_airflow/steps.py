"""Turns a function of ``tasks`` into an Airflow task that reports what it did."""

import functools
import inspect
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from airflow.sdk import (
    Asset,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowSkipException,
    AirflowTaskTimeout,
)

from tasks.errors import GraftError, TransientError
from tasks.params.definitions import SOURCE_PARAMS, RunParams, parse
from tasks.runs.record import forget_step, record_failure, record_step
from tasks.storage.paths import Home

#: Only what may pass by itself is tried again; a defect or a bad input is not.
RETRIES: dict[str, Any] = {
    "retries": 3,
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=10),
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule(
                exception="tasks.errors.TransientError",
                action=RetryAction.RETRY,
                reason="what failed may be back by then",
            ),
            RetryRule(
                # Airflow's timeout of a task is no Exception.
                exception="builtins.BaseException",
                action=RetryAction.FAIL,
                reason="trying again would not help",
            ),
        ]
    ),
}


@dataclass(frozen=True)
class Run:
    """What a step knows of the run that it is part of."""

    params: RunParams
    home: Home
    run_id: str

    def shown_params(self) -> dict[str, Any]:
        """Return the params as JSON types, without what may be secret in a URL or is not used."""
        from tasks.download.transfer import redact

        unused = set(SOURCE_PARAMS) if self.params.source == "sample" else set()
        params = self.params.model_dump(mode="json", exclude=unused)
        return {k: redact(v) if k.endswith("_url") else v for k, v in params.items()}


class Outcome(Protocol):
    """What a step hands back: an artefact, or a file of the run."""

    def as_dict(self) -> dict[str, Any]:
        """Return JSON types: ``path``, ``reused``, ``seconds`` and what else there is to tell."""


def current_run(context: Mapping[str, Any]) -> Run:
    """Return the run of a task's context, its params checked.

    Raises:
        ParamsError: a param is unknown or out of bounds.
    """
    return Run(parse(RunParams, dict(context["params"])), Home.from_environ(), context["run_id"])


def step(
    timeout: timedelta, inlets: Sequence[Asset] = ()
) -> Callable[[Callable[..., Outcome]], Any]:
    """Make a task of a function ``(run, *paths) -> Outcome``.

    The paths are those of what the tasks before it made. An error of ours fails the
    task at once with its one-line message; a ``TransientError`` is tried again.

    Args:
        timeout: how long the task may take.
        inlets: what the task reads that other DAGs may write.
    """

    def decorate(function: Callable[..., Outcome]) -> Any:
        @functools.wraps(function)
        def execute(*artifacts: Mapping[str, Any], **named: Mapping[str, Any]) -> dict[str, Any]:
            started = time.monotonic()
            context = get_current_context()
            inputs = [Path(a["path"]) for a in (*artifacts, *named.values())]
            with failing_at_once(context, function.__name__):
                run = current_run(context)
                facts = function(run, *inputs).as_dict()
                took = time.monotonic() - started
                record_step(run.home, run.run_id, function.__name__, {**facts, "seconds": took})
            return facts

        # Airflow binds a task's arguments by signature, and the run is not one of them.
        signature = inspect.signature(function)
        inputs = list(signature.parameters.values())[1:]
        execute.__signature__ = signature.replace(parameters=inputs)  # type: ignore[attr-defined] # functions take any attribute
        return task(
            task_id=function.__name__,
            # Not as it stands: Markdown shows what is indented as code.
            doc_md=inspect.getdoc(function),
            execution_timeout=timeout,
            inlets=list(inlets),
            **RETRIES,
        )(execute)

    return decorate


@contextmanager
def failing_at_once(context: Mapping[str, Any], task_id: str) -> Iterator[None]:
    """Raise an error of ours that no retry mends as one that Airflow does not retry.

    Why a step failed goes into the run's record, for the run's note; what an earlier try left there
    goes.
    """
    try:
        with suppress(GraftError, OSError):  # whoever needs the folder says what is wrong with it
            forget_step(Home.from_environ(), context["run_id"], task_id)
        yield
    except AirflowSkipException:
        raise
    # Airflow's timeout of a task is no Exception.
    except (Exception, AirflowTaskTimeout) as error:
        with suppress(GraftError):  # this one is not what went wrong first
            record_failure(Home.from_environ(), context["run_id"], task_id, _reason(error))
        if isinstance(error, GraftError) and not isinstance(error, TransientError):
            raise AirflowFailException(str(error)) from None
        raise


def _reason(error: BaseException) -> str:
    ours = isinstance(error, (GraftError, AirflowException))
    return str(error) if ours else f"{type(error).__name__}: {error}"
