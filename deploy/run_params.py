"""Params of ``graft run``: read from its options and checked as those of any other run."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.errors import ParamsError
from tasks.params.definitions import SOURCE_PARAMS, RunParams
from tasks.params.parser import json_object, parse

_EXAMPLE = '{"epochs": 5}'


def run_params(source: str, conf: str = "{}", settings: Sequence[str] = ()) -> dict[str, Any]:
    """Return the params of a run, as JSON types.

    Args:
        source: where the data comes from unless something in ``conf`` or ``settings`` says so.
        conf: a JSON object of params.
        settings: ``NAME=VALUE`` each; they go before ``conf``. An empty value is none.

    Raises:
        ParamsError: something is not written as it should be, or a param is unknown, out of bounds
            or of no use.
    """
    given = {**json_object("CONF", conf, _EXAMPLE), **dict(map(_setting, settings))}
    checked = parse(RunParams, given).model_dump(mode="json")
    unused = set(SOURCE_PARAMS) & set(given)
    if given.get("source") == "sample" and unused:
        raise ParamsError(f"{min(unused)} is given and source is 'sample', expected one of the two")
    return with_source(source, {name: checked[name] for name in given})


def with_source(source: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return params with a source in them, whatever ``GRAFT_PARAMS`` says.

    A URL that is given is one to be used.
    """
    return {"source": "urls" if set(SOURCE_PARAMS) & set(params) else source, **params}


def _setting(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    if not equals:
        # Not the text itself: a URL in it may hold a password.
        raise ParamsError("a param has no '=' in it, expected NAME=VALUE such as epochs=5")
    return name.strip(), value or None
