"""Text from outside, escaped and cut for a message."""

from tasks.visible import visible

#: The most characters of one text from outside that a message shows.
MAX_SHOWN = 300


def shown(text: str, limit: int = MAX_SHOWN) -> str:
    r"""Return a text from outside as one line of visible characters.

    See ``visible`` for what is escaped.

    >>> shown("done\x1b[2J")
    'done\\x1b[2J'

    Args:
        text: a server's words, a name of a file or of an archive's member, a label, a URL.
        limit: the most characters to return; a longer text ends in ``...``.
    """
    escaped = visible(text[: limit + 1])
    return escaped if len(escaped) <= limit else f"{escaped[: limit - 3]}..."
