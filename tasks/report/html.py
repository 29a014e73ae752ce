"""Rendering of the templates beside this module; every value in them is escaped."""

import functools
import math
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tasks.evaluation.interval import interval_text
from tasks.visible import visible

TEMPLATES = Path(__file__).parent / "templates"
_NOTHING = "n/a"


def render(template: str, **facts: Any) -> str:
    """Return a template filled in, with the style sheet in it.

    Args:
        template: its file name.
        facts: its variables.
    """
    # The only text that is not escaped: a file of this package.
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))  # noqa: S704
    return _environment().get_template(template).render(style=style, **facts)


def shade(share: float) -> str:
    """Return the class of the style sheet for a share from 0 to 1.

    >>> shade(0.0), shade(0.26), shade(1.0), shade(float("nan"))
    ('s0', 's3', 's10', 's0')
    """
    return f"s{round(share * 10)}" if math.isfinite(share) else "s0"


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with commas between thousands; ``n/a`` for None and what is not finite.

    >>> number(1234.5, 1), number(float("nan")), number(None)
    ('1,234.5', 'n/a', 'n/a')
    """
    if value is None or not math.isfinite(value):
        return _NOTHING
    return f"{value:,.{digits}f}"


def _visible(value: Any) -> Any:
    """Return a text from outside without characters that would reorder or hide the page's."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "shade": shade, "interval": interval_text}
    return environment
