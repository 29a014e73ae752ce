"""The trigger form, made from the checked params of ``tasks.config``."""

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Param

from tasks.config import RunParams

_SECTIONS = ("Input", "Features", "Training", "Spark", "Run")
_BOUNDS = ("minimum", "maximum", "pattern", "enum")


def dag_params() -> dict[str, Param]:
    """Return a param for every field of ``RunParams``, grouped by section."""
    fields = RunParams.model_json_schema()["properties"]
    in_order = sorted(fields, key=lambda name: _SECTIONS.index(fields[name]["section"]))
    return {name: _param(fields[name]) for name in in_order}


def _param(field: Mapping[str, Any]) -> Param:
    # An optional field is "this or null"; a form has one input for both.
    choices = field.get("anyOf", [field])
    types = [choice["type"] for choice in choices]
    bounds = {key: choice[key] for choice in choices for key in _BOUNDS if key in choice}
    if "const" in field:  # a choice of one
        bounds["enum"] = [field["const"]]
    return Param(
        field["default"],
        description=field["description"],
        title=field["title"],
        section=field["section"],
        type=types if len(types) > 1 else types[0],
        **bounds,
    )
