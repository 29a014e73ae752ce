"""Text from outside, escaped so that it cannot change a terminal, a log or a page."""

#: The most characters of one text from outside that a message shows.
MAX_SHOWN = 300


def shown(text: str, limit: int = MAX_SHOWN) -> str:
    r"""Return a text from outside as one line of visible characters.

    Control characters, line ends, marks of the writing direction, other invisible characters and
    bytes that could not be decoded become escapes. The meaning of "visible" is that of
    ``str.isprintable``.

    >>> shown("done\x1b[2J")
    'done\\x1b[2J'

    Args:
        text: a server's words, a name of a file or of an archive's member, a label, a URL.
        limit: the most characters to return; a longer text ends in ``...``.
    """
    escaped = "".join(c if c.isprintable() else _escape(c) for c in text[: limit + 1])
    return escaped if len(escaped) <= limit else f"{escaped[: limit - 3]}..."


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
