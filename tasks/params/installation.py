"""Settings of an installation: schedule and params of the built-in DAG, and more pipelines."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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

#: A folder with a TOML file for every pipeline but the built-in one.
PIPELINES = "GRAFT_PIPELINES"
# Airflow has this preset, croniter does not.
_PRESETS = {"@quarterly": "0 0 1 */3 *"}


def default_params(environ: Mapping[str, str] | None = None) -> RunParams:
    """Return the params of a run for which nobody sets any.

    Raises:
        ParamsError: ``GRAFT_PARAMS`` is not a JSON object of params within their bounds.
    """
    given = _given(environ)
    try:
        return parse(RunParams, given)
    except ParamsError as error:
        raise ParamsError(f"{PARAMS}: {error}") from None


def given_params(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the params that ``GRAFT_PARAMS`` sets, checked, as JSON types.

    Raises:
        ParamsError: it is not a JSON object of params within their bounds.
    """
    return default_params(environ).model_dump(mode="json", include=set(_given(environ)))


def cron_schedule(environ: Mapping[str, str] | None = None) -> str | None:
    """Return the cron expression of ``GRAFT_SCHEDULE``, weekly by default, or None for never.

    Raises:
        ParamsError: the value is not a cron expression, or its day never comes.
    """
    return cron_of(SCHEDULE, _environ(environ).get(SCHEDULE, "").strip() or DEFAULT_SCHEDULE)


def cron_of(name: str, given: str) -> str | None:
    """Return the cron expression of a schedule that a person wrote, or None for never.

    Args:
        name: of the setting, for the message.
        given: a cron expression, a preset such as ``@daily``, or ``none``.

    Raises:
        ParamsError: the value is not a cron expression, or its day never comes.
    """
    given = given.strip()
    if given == NEVER:
        return None
    given = _PRESETS.get(given, given)
    if problem := _problem(given):
        raise ParamsError(
            f"{name} is {given!r}, expected a cron expression such as '0 3 * * 1', a preset "
            f"such as @daily, or {NEVER}: {problem}"
        )
    return given


def pipelines_folder(environ: Mapping[str, str] | None = None) -> Path | None:
    """Return the folder that ``GRAFT_PIPELINES`` names, an absolute path; None if it is not set."""
    given = _environ(environ).get(PIPELINES, "").strip()
    return Path(os.path.abspath(os.path.expanduser(given))) if given else None  # noqa: PTH100, PTH111 - pathlib fails at ~x


def pipelines_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return ``GRAFT_PIPELINES`` as every process understands it, whatever folder it runs in."""
    folder = pipelines_folder(environ)
    return {PIPELINES: str(folder)} if folder else {}


def _given(environ: Mapping[str, str] | None) -> dict[str, Any]:
    text = _environ(environ).get(PARAMS, "").strip()
    return json_object(PARAMS, text or "{}")


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
