"""Explanation of a param for a person: its meaning, unit, bounds and an example, in one text.

The trigger form and ``--help`` of ``graft`` and of the job show it.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

# Smaller numbers are easier to read with an exponent.
_SMALL = 1e-3


def param_help(schema: Mapping[str, Any]) -> str:
    """Return the explanation of a field: ``Passes over ... From 1 to 1,000 passes, e.g. 20.``.

    Args:
        schema: the field's part of its model's JSON schema.
    """
    return " ".join(part for part in (schema.get("description", ""), _range(schema)) if part)


def model_help(model: type[BaseModel]) -> dict[str, str]:
    """Return the explanation of every field of a model with its default, by name."""
    schemas = model.model_json_schema()["properties"]
    return {
        name: f"{param_help(schemas[name])} ({_default(field)})"
        for name, field in model.model_fields.items()
    }


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return f"default: {'empty' if field.default is None else field.default}"


def _range(schema: Mapping[str, Any]) -> str:
    choices = schema.get("anyOf", [schema])
    bounds = {k: _shown(c[k]) for c in choices for k in ("minimum", "maximum") if k in c}
    parts = []
    if bounds:
        span = f"from {bounds['minimum']}"
        span += f" to {bounds['maximum']}" if "maximum" in bounds else " up"
        parts.append(" ".join([span, *([schema["unit"]] if "unit" in schema else [])]))
    if schema.get("examples"):
        parts.append(f"e.g. {' or '.join(_shown(e) for e in schema['examples'])}")
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _shown(value: object) -> str:
    """Return a number as a person types it; a large one gets commas."""
    if isinstance(value, float) and value < _SMALL:
        mantissa, exponent = f"{value:e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:,}" if isinstance(value, int) else str(value)
