"""Shows how far ``graft run`` is: a live table on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from deploy.run_events import Kind, RunEvent
from deploy.terminal import say, shows_colours


class Display(Protocol):
    """Something that shows events."""

    def show(self, event: RunEvent) -> None:
        """Show one event."""


class Lines(AbstractContextManager["Lines"]):
    """Plain lines: every step a heading, and what is said about it below."""

    def __init__(self) -> None:
        self._first = True

    def __exit__(self, *_: object) -> None:
        """Leave the lines as they are."""

    def show(self, event: RunEvent) -> None:
        """Print one event."""
        if event.kind is Kind.STARTED:
            if not self._first:
                say("")
            say(event.text)
            self._first = False
        elif event.kind is not Kind.ENDED:
            say(f"  {event.text}")


def display(steps: Sequence[str], folder: str) -> AbstractContextManager[Display]:
    """Return the display that suits standard output.

    Args:
        steps: names of all steps, in the order in which they run.
        folder: prefix of most paths in the events, which a table has no room for.
    """
    if not shows_colours(sys.stdout):
        return Lines()
    from deploy.steps_table import StepsTable

    return StepsTable(steps, folder)
