"""The trigger form, made from the sections of ``tasks.params.definitions``."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from airflow.sdk import Param

from tasks.params.base import Params
from tasks.params.definitions import SECTIONS, RunParams
from tasks.params.help import param_help
from tasks.params.scoring import SCORE_SECTIONS

# The checks that the form of Airflow 3.3 makes itself. If it leaves a check to the api-server, the
# user sees "Bad Request" and no reason. So patterns and the bounds of rates are left to the first
# step, which explains what is wrong as the command line does.
_CHOICES = ("enum",)
_BOUNDS = ("minimum", "maximum")
# The form's number input clamps to the bounds. It also accepts 2.5, so the first step has to refuse
# that.
_WHOLE = ["number"]
# The same input reads 1e-4 as 14. With two types, the form shows a text input that accepts
# every number of JSON and nothing else.
_RATE = ["number", "integer"]


def dag_params(defaults: RunParams) -> dict[str, Param]:
    """Return a param for every field of every section, in the order of the form."""
    return _params(SECTIONS, defaults.model_dump())


def score_params() -> dict[str, Param]:
    """Return a param for every field of ``score_pictures``, in the order of the form."""
    fields = {name: field for each in SCORE_SECTIONS for name, field in each.model_fields.items()}
    given = {name: f.default for name, f in fields.items() if not f.is_required()}
    return _params(SCORE_SECTIONS, given)


def _params(sections: Sequence[type[Params]], defaults: Mapping[str, object]) -> dict[str, Param]:
    schemas = map(_schema, sections)
    return {
        name: _param(field, section=schema["title"], default=_default(name, defaults))
        for schema in schemas
        for name, field in schema["properties"].items()
    }


@functools.cache
def _schema(section: type[Params]) -> Mapping[str, Any]:
    """Return a section's JSON schema, which every pipeline's form is made from."""
    return section.model_json_schema()


def _default(name: str, defaults: Mapping[str, object]) -> dict[str, object]:
    """Return a param's default as an argument; without one the form wants the param filled in."""
    return {"default": defaults[name]} if name in defaults else {}


def _param(field: Mapping[str, Any], *, section: str, default: Mapping[str, Any]) -> Param:
    # An optional field is "this or null", and one of names that is open is "one of these or such a
    # one"; a form has one input for both.
    choices = field.get("anyOf", [field])
    kind, *null = dict.fromkeys(choice["type"] for choice in choices)
    types = {"integer": _WHOLE, "number": _RATE}.get(kind, [kind]) + null
    kept = _BOUNDS + _CHOICES if kind == "integer" else _CHOICES
    schema = {key: choice[key] for choice in choices for key in kept if key in choice}
    if any("pattern" in choice for choice in choices):
        # The form would refuse all but these.
        field = {**field, "examples": schema.pop("enum", field.get("examples"))}
    if "const" in field:  # a choice of one
        schema["enum"] = [field["const"]]
    if kind == "string" and "enum" not in schema:
        # The form suggests these while the user types.
        suggested = dict.fromkeys([field.get("default"), *field["examples"]])
        schema["examples"] = [value for value in suggested if value is not None]
    return Param(
        **default,
        description=param_help(field),
        title=field["title"],
        section=section,
        type=types if len(types) > 1 else types[0],
        **schema,
    )
