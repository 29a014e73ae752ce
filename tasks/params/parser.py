"""Parser of params: checks values from the form, JSON and flags, and explains what is wrong."""

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from tasks.errors import ParamsError
from tasks.params.base import EXPECTED, Params

Model = TypeVar("Model", bound=Params)


def parse(model: type[Model], values: Mapping[str, Any]) -> Model:
    """Check ``values`` and return them as ``model``, with defaults for the rest.

    Raises:
        ParamsError: one line for all bad values; an unknown name comes with the nearest valid one.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        problems = [_explain(model, dict(problem)) for problem in error.errors()]
        raise ParamsError("; ".join(problems)) from None


def json_object(name: str, text: str, example: str = "") -> dict[str, Any]:
    """Return a JSON object that a person wrote.

    Args:
        name: the variable or flag with the text, for the message.
        text: the JSON.
        example: a valid object, for the message.

    Raises:
        ParamsError: the text is not a JSON object.
    """
    such = f" such as {example}" if example else ""
    try:
        found = json.loads(text)
    except ValueError as error:
        # Leave out the text itself: a URL in it may hold a password.
        raise ParamsError(f"{name} is no JSON object{such}: {error}") from None
    if not isinstance(found, dict):
        expected = f"one{such}" if such else "an object"
        raise ParamsError(f"{name} is a JSON {type(found).__name__}, expected {expected}")
    return found


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint at the known name that ``name`` was probably meant to be."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known are {', '.join(names)}"


def _explain(model: type[Params], problem: Mapping[str, Any]) -> str:
    if not problem["loc"]:  # of several params together
        return str(problem["msg"]).removeprefix("Value error, ")
    name = str(problem["loc"][0])
    if problem["type"] == "extra_forbidden":
        return f"unknown param {name!r}: {nearest(name, model.model_fields)}"
    if problem["type"] == "missing":
        return f"{name} is missing: {model.model_fields[name].description}"
    if problem["type"] == "string_pattern_mismatch":
        pattern = problem["ctx"]["pattern"]
        return f"{name} is {_shown(name, problem['input'])}, expected {EXPECTED[pattern]}"
    expected = str(problem["msg"]).removeprefix("Input should ").removeprefix("String should ")
    return f"{name} is {_shown(name, problem['input'])}, expected to {expected}"


def _shown(name: str, value: object) -> str:
    # A URL may hold a password, and a malformed one may hold it anywhere.
    hidden = name.endswith("_url") and any(mark in str(value) for mark in "@?#;&=%")
    return "malformed" if hidden else repr(value)
