"""Lines for a person: coloured on a terminal, plain elsewhere."""

import os
import sys
from typing import TYPE_CHECKING, TextIO

from tasks.visible import visible

if TYPE_CHECKING:
    from rich.text import Text

_STYLES = {
    r"^\s*ok\b": "green",
    r"^\s*(?:FIX|FAILED)\b": "bold red",
    r"^error:": "bold red",
    r"^succeeded\b": "bold green",
    r"\btop-1 accuracy [\d.]+": "bold",
    r"\breused\b.*": "dim",
    r"^  step +seconds +artefact$": "dim",
    r"^ +epoch +loss +top-1 +records/s": "dim",
}


def shows_colours(stream: TextIO) -> bool:
    """Say if a stream is a terminal whose user wants colours (https://no-color.org)."""
    return (
        stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM", "dumb") not in {"dumb", "unknown"}
        and stream.encoding.lower().startswith("utf")
    )


def coloured(line: str) -> "Text":
    """Return a line of Graft's output with colours where they help to find something."""
    from rich.text import Text

    text = Text(visible(line))
    for pattern, style in _STYLES.items():
        text.highlight_regex(pattern, style)
    return text


def say(line: str, stream: TextIO | None = None) -> None:
    """Write a line to a stream, standard output by default, at once.

    Names and texts from outside are in it: what cannot be seen, or the stream cannot encode, is
    escaped.
    """
    target = sys.stdout if stream is None else stream
    if shows_colours(target):
        from rich.console import Console

        # Long paths are copied: the terminal breaks lines, not rich.
        Console(file=target, highlight=False).print(coloured(line), soft_wrap=True)
    else:
        encoding = target.encoding or "utf-8"
        target.write(f"{visible(line).encode(encoding, 'backslashreplace').decode(encoding)}\n")
        target.flush()
