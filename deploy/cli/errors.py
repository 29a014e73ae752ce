"""Ends a command with one line on standard error where the user can mend what is wrong."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from deploy.terminal import say
from tasks.errors import GraftError

#: Exit status for an error that the user can mend, where 1 means something else.
USER_ERROR = 2


@contextmanager
def one_line_errors(status: int = 1) -> Iterator[None]:
    """Print a ``GraftError`` as ``error: ...`` and exit with ``status``."""
    try:
        yield
    except GraftError as error:
        for line in f"error: {error}".split("\n"):
            say(line, sys.stderr)
        raise typer.Exit(status) from None
