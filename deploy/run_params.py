"""Params of ``graft run``: read from its options and checked as those of any other run."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.errors import ParamsError
from tasks.params.definitions import RunParams, replaced_by_sample
from tasks.params.parser import json_object, parse
from tasks.params.places import with_urls
from tasks.params.setting import read_setting

_EXAMPLE = '{"epochs": 5}'


def run_params(
    source: str | None, conf: str = "{}", settings: Sequence[str] = (), data: str | None = None
) -> dict[str, Any]:
    """Return the params of a run, as JSON types.

    Args:
        source: where the data comes from unless something in ``conf`` or ``settings`` says so;
            None: as the DAG's own params say.
        conf: a JSON object of params.
        settings: ``NAME=VALUE`` each; they go before ``conf``. An empty value is none.
        data: path or URL of the data set; the same as the param ``dataset_url``.

    Raises:
        ParamsError: something is not written as it should be, or a param is unknown, out of bounds
            or of no use, or there is nothing at a path.
    """
    given = {**json_object("CONF", conf, _EXAMPLE), **dict(map(_setting, settings))}
    given = with_urls({**given, **_data(data, given)})
    checked = parse(RunParams, given).model_dump(mode="json")
    unused = _of_source(given)
    if given.get("source") == "sample" and unused:
        raise ParamsError(f"{min(unused)} is given and source is 'sample', expected one of the two")
    return with_source(source, {name: checked[name] for name in given})


def with_source(source: str | None, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return params with a source in them, whatever ``GRAFT_PARAMS`` says.

    A URL that is given is one to be used. Without a source and a URL, there is none in them.
    """
    if source is None and not _of_source(params):
        return dict(params)
    return {"source": "urls" if _of_source(params) else source, **params}


def _of_source(params: Mapping[str, Any]) -> set[str]:
    """Return the names of params that cannot be had together with the bundled sample."""
    network = params.get("network", RunParams.model_fields["network"].default)
    return set(replaced_by_sample(network)) & set(params)


def _data(data: str | None, given: Mapping[str, Any]) -> dict[str, str]:
    if data is None:
        return {}
    if "dataset_url" in given:
        raise ParamsError("--data and dataset_url are both given, expected one of the two")
    if not data:
        raise ParamsError("--data is empty, expected the path or URL of a folder or a file")
    return {"dataset_url": data}


def _setting(text: str) -> tuple[str, str | None]:
    name, value = read_setting(text, example="epochs=5")
    return name, value or None
