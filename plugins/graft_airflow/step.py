"""Decorator that makes an Airflow task of a function of the run and of earlier artefacts."""

import functools
import inspect
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from airflow.sdk import get_current_context
from airflow.sdk.bases.decorator import task_decorator_factory

from graft_airflow.failures import failing_at_once
from graft_airflow.retries import RETRIES
from graft_airflow.run import current_run
from graft_airflow.step_operator import StepOperator
from tasks.runs.record import record_step

_RUN = "run"


class Outcome(Protocol):
    """Result of a step: an artefact, or a file of the run."""

    def as_dict(self) -> dict[str, Any]:
        """Return JSON types: ``path``, ``reused``, ``seconds`` and other facts of the result."""


def step(*, timeout: timedelta) -> Callable[[Callable[..., Outcome]], Any]:
    """Make a task of a function that takes ``run`` and paths of artefacts, and returns an outcome.

    Called in a DAG, the task takes the results of the tasks before it, by the names of the
    function's other parameters. The task's name and documentation are those of the function. A
    ``GraftError`` fails the task at once with its one-line message, unless it is transient: then
    the task is retried.

    Args:
        timeout: longest time that the task may take.
    """

    def decorate(function: Callable[..., Outcome]) -> Any:
        signature = _inputs(function)

        @functools.wraps(function)
        def execute(*given: Mapping[str, Any], **named: Mapping[str, Any]) -> dict[str, Any]:
            return _perform(function, signature.bind(*given, **named).arguments)

        # Airflow binds the arguments of a task by this signature.
        execute.__signature__ = signature  # type: ignore[attr-defined] # functions take any attribute
        return task_decorator_factory(
            execute,
            decorated_operator_class=StepOperator,
            task_id=function.__name__,
            # Without the indentation, which Markdown would show as code.
            doc_md=inspect.getdoc(function),
            execution_timeout=timeout,
            **RETRIES,
        )

    return decorate


def _inputs(function: Callable[..., Outcome]) -> inspect.Signature:
    """Return the signature of a step without the run, which no other task makes."""
    signature = inspect.signature(function)
    inputs = [parameter for name, parameter in signature.parameters.items() if name != _RUN]
    return signature.replace(parameters=inputs)


def _perform(
    function: Callable[..., Outcome], artifacts: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Call a step with the run and the paths of artefacts, record the outcome and return it."""
    started = time.monotonic()
    context = get_current_context()
    paths = {name: Path(artifact["path"]) for name, artifact in artifacts.items()}
    with failing_at_once(context, function.__name__):
        run = current_run(context)
        facts = function(**{_RUN: run}, **paths).as_dict()
        took = time.monotonic() - started
        record_step(run.home, run.run_id, function.__name__, {**facts, "seconds": took})
    return facts
