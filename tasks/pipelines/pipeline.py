"""A pipeline, and its TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.errors import ParamsError
from tasks.params.data import DataParams
from tasks.params.definitions import RunParams, replaced_by_sample
from tasks.params.installation import (
    SCHEDULE,
    cron_of,
    cron_schedule,
    default_params,
    given_params,
)
from tasks.params.model_file import ModelFileParams
from tasks.params.network import NetworkParams
from tasks.params.parser import nearest, parse
from tasks.pipelines.names import BUILT_IN, check_name, dag_id

KEYS = ("name", "schedule", "params")
# They belong to a data set and to the weights for it, which another pipeline does not share.
_OWN = {*DataParams.model_fields, *NetworkParams.model_fields, *ModelFileParams.model_fields}


@dataclass(frozen=True)
class Pipeline:
    """Name and defaults of the DAG of one data set.

    Attributes:
        name: also that of its model's registry.
        params: defaults of its trigger form, and params of its scheduled runs.
        schedule: a cron expression in UTC; None if it runs by its data set's asset alone.
    """

    name: str
    params: RunParams
    schedule: str | None

    @property
    def dag_id(self) -> str:
        """The id of its DAG."""
        return dag_id(self.name)


def built_in(environ: Mapping[str, str] | None = None) -> Pipeline:
    """Return the pipeline that every installation has, as its environment sets it.

    Raises:
        ParamsError: ``GRAFT_PARAMS`` or ``GRAFT_SCHEDULE`` is wrong.
    """
    return Pipeline(BUILT_IN, default_params(environ), cron_schedule(environ))


def parse_pipeline(text: str, name: str, environ: Mapping[str, str] | None = None) -> Pipeline:
    """Return the pipeline that the content of a file describes.

    Args:
        text: TOML with the keys ``KEYS``, of which only ``params`` is required.
        name: the pipeline's unless the text has one.
        environ: the installation's; ``GRAFT_SCHEDULE`` is the default of ``schedule``, and
            ``GRAFT_PARAMS`` that of the params but those of the data set and the network.

    Raises:
        ParamsError: a key is unknown, or its value is not what was expected.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ParamsError(f"no TOML: {error}") from None
    for key in content:
        if key in RunParams.model_fields:
            raise ParamsError(f"{key} stands outside of [params], expected below it")
        if key not in KEYS:
            raise ParamsError(f"unknown key {key!r}: {nearest(key, KEYS)}")
    return Pipeline(
        check_name(content.get("name", name)),
        _params(content.get("params"), environ),
        _schedule(content.get("schedule"), environ),
    )


def _params(given: object, environ: Mapping[str, str] | None) -> RunParams:
    if not isinstance(given, dict):
        found = "missing" if given is None else f"{given!r}, no table"
        raise ParamsError(
            f"params is {found}, expected [params] and a line dataset_url = ... in it"
        )
    sample = given.get("source") == "sample"
    if not sample and "dataset_url" not in given:
        raise ParamsError(
            "params.dataset_url is missing, expected a URL such as https://host/name, or a path "
            "such as /home/me/pictures"
        )
    shared = {k: v for k, v in given_params(environ).items() if k not in _OWN}
    try:
        params = parse(RunParams, {**shared, **given})
    except ParamsError as error:
        raise ParamsError(f"params: {error}") from None
    if sample and (unused := _unused(params, given)):
        raise ParamsError(
            f"params.{min(unused)} is given and source is 'sample', expected one of the two"
        )
    return params


def _unused(params: RunParams, given: Mapping[str, Any]) -> set[str]:
    return set(replaced_by_sample(params.network)) & set(given)


def _schedule(given: object, environ: Mapping[str, str] | None) -> str | None:
    if given is None:
        return cron_schedule(environ)
    if not isinstance(given, str):
        raise ParamsError(
            f"schedule is {given!r}, expected a text: a cron expression such as '0 3 * * 1', a "
            f"preset such as '@daily', or 'none'; without it, {SCHEDULE} counts"
        )
    return cron_of("schedule", given)
