"""Text made visible: nothing in it can change a terminal, a log or a page."""

import logging


def visible(text: str) -> str:
    r"""Return a text as one line of visible characters, all of it.

    Control characters, line ends, marks of the writing direction, other invisible characters and
    bytes that could not be decoded become escapes. The meaning of "visible" is that of
    ``str.isprintable``. A visible text stays as it is.

    >>> visible("done\x1b[2J")
    'done\\x1b[2J'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


class VisibleFormatter(logging.Formatter):
    """Formatter of log records that makes messages visible; the lines of a traceback stay lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Return the record's message as one line."""
        record.message = visible(record.message)
        return super().formatMessage(record)


def log_visibly(layout: str, date_layout: str | None = None) -> None:
    """Write what this process logs, from INFO on, to standard error.

    Args:
        layout: of a line, as ``logging`` has it.
        date_layout: of its time, as ``time.strftime`` has it.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(VisibleFormatter(layout, date_layout))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
