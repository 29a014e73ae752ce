"""Settings of an installation: the DAG's schedule, and the params of the runs it starts."""

import os
from collections.abc import Mapping

from croniter import croniter

from tasks.errors import ParamsError
from tasks.params.definitions import RunParams
from tasks.params.parser import json_object, parse

#: A JSON object of params that replaces built-in defaults, in the form and in scheduled runs.
PARAMS = "GRAFT_PARAMS"

#: A cron expression, a preset such as ``@daily``, or ``none``; in UTC.
SCHEDULE = "GRAFT_SCHEDULE"
DEFAULT_SCHEDULE = "@weekly"
NEVER = "none"
# Airflow has this preset, croniter does not.
_PRESETS = {"@quarterly": "0 0 1 */3 *"}


def default_params(environ: Mapping[str, str] | None = None) -> RunParams:
    """Return the params of a run for which nobody sets any.

    Raises:
        ParamsError: ``GRAFT_PARAMS`` is not a JSON object of params within their bounds.
    """
    text = _environ(environ).get(PARAMS, "").strip()
    given = json_object(PARAMS, text or "{}")
    try:
        return parse(RunParams, given)
    except ParamsError as error:
        raise ParamsError(f"{PARAMS}: {error}") from None


def cron_schedule(environ: Mapping[str, str] | None = None) -> str | None:
    """Return the cron expression of ``GRAFT_SCHEDULE``, weekly by default, or None for never.

    Raises:
        ParamsError: the value is not a cron expression, or its day never comes.
    """
    given = _environ(environ).get(SCHEDULE, "").strip() or DEFAULT_SCHEDULE
    if given == NEVER:
        return None
    given = _PRESETS.get(given, given)
    if problem := _problem(given):
        raise ParamsError(
            f"{SCHEDULE} is {given!r}, expected a cron expression such as '0 3 * * 1', a preset "
            f"such as @daily, or {NEVER}: {problem}"
        )
    return given


def _problem(expression: str) -> str:
    """Return what is wrong with a cron expression, or an empty text."""
    if any(field.upper().startswith("R") for field in expression.split()):
        return "R is another time whenever it is read"
    try:
        croniter(expression).get_next()
    except ValueError as error:
        return str(error)
    return ""


def _environ(environ: Mapping[str, str] | None) -> Mapping[str, str]:
    return os.environ if environ is None else environ
