"""The trigger form, made from the checked params of ``tasks.config``."""

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Param

from tasks.config import RunParams, TrainingParams
from tasks.param_help import param_help
from tasks.settings import default_params

_SECTIONS = ("Data", "Network", "Training", "Spark", "Run")
_BOUNDS = ("minimum", "maximum", "pattern", "enum")
# A field of one type becomes an input of numbers, which takes no exponent and steps by 1. Of two,
# it becomes one of text that takes every number of JSON, such as 1e-4, and nothing else.
_NUMBER = ["number", "integer"]


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
    return {name: _param(name, fields[name], getattr(defaults, name)) for name in in_order}


def _param(name: str, field: Mapping[str, Any], default: object) -> Param:
    # An optional field is "this or null"; a form has one input for both.
    choices = field.get("anyOf", [field])
    types = [choice["type"] for choice in choices]
    schema = {key: choice[key] for choice in choices for key in _BOUNDS if key in choice}
    if "const" in field:  # a choice of one
        schema["enum"] = [field["const"]]
    if types == ["number"]:
        types = _NUMBER
    elif "string" in types and "enum" not in schema:
        # What the form suggests while one types.
        schema["examples"] = [field["default"], *field["examples"]][field["default"] is None :]
    return Param(
        default,
        description=param_help(RunParams, name),
        title=field["title"],
        section=field["section"],
        type=types if len(types) > 1 else types[0],
        **schema,
    )
