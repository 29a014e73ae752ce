"""Decorator that makes an Airflow task of a function of the run and of earlier artefacts."""

import functools
import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from airflow.sdk import Asset, get_current_context, task

from graft_airflow.failures import failing_at_once
from graft_airflow.retries import RETRIES
from graft_airflow.run import current_run
from tasks.runs.record import record_step

_RUN = "run"


class Outcome(Protocol):
    """Result of a step: an artefact, or a file of the run."""

    def as_dict(self) -> dict[str, Any]:
        """Return JSON types: ``path``, ``reused``, ``seconds`` and other facts of the result."""


def step(
    *, timeout: timedelta, inlets: Sequence[Asset] = ()
) -> Callable[[Callable[..., Outcome]], Any]:
    """Make a task of a function that takes ``run`` and paths of artefacts, and returns an outcome.

    Called in a DAG, the task takes the results of the tasks before it, by the names of the
    function's other parameters. The task's name and documentation are those of the function. A
    ``GraftError`` fails the task at once with its one-line message, unless it is transient: then
    the task is retried.

    Args:
        timeout: longest time that the task may take.
        inlets: assets that the task reads.
    """

    def decorate(function: Callable[..., Outcome]) -> Any:
        # Airflow binds the arguments of a task by this signature; the run is not one of them.
        signature = inspect.signature(function)
        signature = signature.replace(
            parameters=[p for name, p in signature.parameters.items() if name != _RUN]
        )

        @functools.wraps(function)
        def execute(*given: Mapping[str, Any], **named: Mapping[str, Any]) -> dict[str, Any]:
            started = time.monotonic()
            context = get_current_context()
            artifacts = signature.bind(*given, **named).arguments
            paths = {name: Path(artifact["path"]) for name, artifact in artifacts.items()}
            with failing_at_once(context, function.__name__):
                run = current_run(context)
                facts = function(**{_RUN: run}, **paths).as_dict()
                took = time.monotonic() - started
                record_step(run.home, run.run_id, function.__name__, {**facts, "seconds": took})
            return facts

        execute.__signature__ = signature  # type: ignore[attr-defined] # functions take any attribute
        return task(
            task_id=function.__name__,
            # Without the indentation, which Markdown would show as code.
            doc_md=inspect.getdoc(function),
            execution_timeout=timeout,
            inlets=list(inlets),
            **RETRIES,
        )(execute)

    return decorate
