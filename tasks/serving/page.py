"""The page of the server: its HTML, style and script, which are files of this package."""

import functools
import html
from pathlib import Path
from string import Template

from tasks.serving.served import Served
from tasks.visible import visible

_FOLDER = Path(__file__).parent / "static"
_KINDS = {"page.css": "text/css", "page.js": "text/javascript"}


def page(served: Served) -> str:
    """Return the page as HTML."""
    current = served.current
    version = f"version {current.found.version}" if current else served.why_nothing()
    facts = {"name": served.name, "served": version}
    escaped = {key: html.escape(visible(value)) for key, value in facts.items()}
    return Template(_read("page.html").decode()).substitute(escaped)


def asset(name: str) -> tuple[bytes, str] | None:
    """Return content and type of a file of the page; None if there is no such file."""
    return (_read(name), _KINDS[name]) if name in _KINDS else None


@functools.cache
def _read(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
