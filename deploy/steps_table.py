"""A live table of a run's steps on a terminal: state, seconds and the last line of each."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from deploy.run_events import Kind, RunEvent
from deploy.terminal import coloured
from tasks.visible import visible

_PER_SECOND = 8
# Room for the ^C that a terminal echoes: in a full line it would begin another, and the next frame
# would be drawn a line too low.
_MARGIN = 4


@dataclass
class _Row:
    """A step: waiting until it has ``started`` (seconds of the monotonic clock), then running."""

    name: str
    started: float | None = None
    ended: float | None = None
    failed: bool = False
    text: str = ""
    style: str = "dim"

    def seconds(self) -> str:
        if self.started is None:
            return ""
        if self.ended is None:
            return f"{time.monotonic() - self.started:.0f}"
        return f"{self.ended - self.started:.1f}"


@dataclass
class _Rows:
    """The steps that are known from the start, any that come up, and the time of all."""

    rows: dict[str, _Row]
    total: _Row = field(default_factory=lambda: _Row("total", started=time.monotonic()))
    current: _Row | None = None

    def take(self, event: RunEvent) -> None:
        """Change what an event changes."""
        if event.kind is Kind.STARTED:
            self.current = self.rows[event.text] = _Row(event.text, started=time.monotonic())
        elif event.kind is Kind.ENDED:
            self.rows[event.text].ended = time.monotonic()
        elif self.current:
            self.current.text = event.text
            self.current.failed = event.kind is Kind.FAILED
            self.current.style = "red" if self.current.failed else "dim"

    def close(self) -> bool:
        """Count a step that has not ended as failed; return whether all steps did well."""
        self.total.ended = time.monotonic()
        if self.current and self.current.ended is None:
            self.current.ended = time.monotonic()
            self.current.failed = True
        return all(row.ended is not None and not row.failed for row in self.rows.values())


class StepsTable(AbstractContextManager["StepsTable"]):
    """The table, from entering the context to leaving it.

    A table whose steps all did well vanishes in the end: a summary says more. Any other stays.
    """

    def __init__(self, steps: Sequence[str], folder: str) -> None:
        self._rows = _Rows({name: _Row(name) for name in steps})
        self._folder = folder
        self._spinner = Spinner("dots", style="cyan")
        self._console = Console(highlight=False)
        self._live = Live(
            console=self._console,
            get_renderable=self._table,
            refresh_per_second=_PER_SECOND,
            transient=True,
        )

    def __enter__(self) -> "StepsTable":
        """Draw the table, and again and again from a thread."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop drawing; a step that still runs was interrupted."""
        self._live.transient = self._rows.close()
        self._live.stop()

    def show(self, event: RunEvent) -> None:
        """Bring the table up to date; failures are printed above it, too, in full."""
        self._rows.take(event)
        if event.kind is Kind.FAILED:
            self._console.print(coloured(f"  {event.text}"), soft_wrap=True)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.width = self._console.width - _MARGIN
        table.add_column(width=1)
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True, min_width=6)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for row in self._rows.rows.values():
            table.add_row(self._mark(row), _name(row), row.seconds(), self._text(row))
        # What moves while no step runs: Airflow takes seconds before the first one.
        table.add_row("", Text("total", "dim"), self._rows.total.seconds())
        return table

    def _mark(self, row: _Row) -> Text | Spinner:
        if row.failed:
            return Text("✗", "bold red")
        if row.started is None:
            return Text("·", "dim")
        return self._spinner if row.ended is None else Text("✓", "green")

    def _text(self, row: _Row) -> Text:
        return Text(visible(row.text.replace(self._folder, "…")), row.style)


def _name(row: _Row) -> Text:
    if row.started is None:
        return Text(row.name, "dim")
    return Text(row.name, "bold" if row.ended is None else "")
