"""Text from outside in Markdown."""

import re


def code(text: str) -> str:
    """Return text from outside as code, in which Markdown has no meaning."""
    line = " ".join(text.split())
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"
