"""The trigger form, made from the checked params of ``tasks.params.definitions``."""

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Param

from tasks.params.definitions import RunParams, TrainingParams
from tasks.params.help import param_help
from tasks.params.installation import default_params

_SECTIONS = ("Data", "Network", "Training", "Spark", "Run")
# What Airflow 3.3's form itself keeps to. Where only the api-server refuses a value, the form says
# "Bad Request" and no more: patterns and the bounds of rates are left to the first step, which
# refuses in the words of the command line.
_CHOICES = ("enum",)
_BOUNDS = ("minimum", "maximum")
# Whole numbers get an input that clamps to the bounds. It would take 2.5, so the first step has to
# refuse that, too.
_WHOLE = ["number"]
# The same input makes 14 of 1e-4. Of two types, a field becomes one of text that takes every number
# of JSON and nothing else.
_RATE = ["number", "integer"]


def dag_params() -> dict[str, Param]:
    """Return a param for every field of ``RunParams``, grouped by section.

    Raises:
        ParamsError: ``GRAFT_PARAMS`` is not a JSON object of params within their bounds.
    """
    defaults = default_params()
    fields = RunParams.model_json_schema()["properties"]
    # Pydantic lists inherited fields first.
    own_first = sorted(fields, key=lambda name: name in TrainingParams.model_fields)
    in_order = sorted(own_first, key=lambda name: _SECTIONS.index(fields[name]["section"]))
    return {name: _param(fields[name], getattr(defaults, name)) for name in in_order}


def _param(field: Mapping[str, Any], default: object) -> Param:
    # An optional field is "this or null"; a form has one input for both.
    choices = field.get("anyOf", [field])
    kind, *null = [choice["type"] for choice in choices]
    types = {"integer": _WHOLE, "number": _RATE}.get(kind, [kind]) + null
    kept = _BOUNDS + _CHOICES if kind == "integer" else _CHOICES
    schema = {key: choice[key] for choice in choices for key in kept if key in choice}
    if "const" in field:  # a choice of one
        schema["enum"] = [field["const"]]
    if kind == "string" and "enum" not in schema:
        # What the form suggests while one types.
        schema["examples"] = [field["default"], *field["examples"]][field["default"] is None :]
    return Param(
        default,
        description=param_help(field),
        title=field["title"],
        section=field["section"],
        type=types if len(types) > 1 else types[0],
        **schema,
    )
