"""The table as it looks; tests/deploy/cli/test_run.py has it on a real terminal."""

import io
import re
from collections.abc import Callable

import pytest
from rich.console import Console

from deploy.run_events import Kind, RunEvent
from deploy.steps_table import StepsTable

STEPS = ("download_dataset", "train_classifier", "report")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the table's clock says, in seconds; a test sets it."""
    seconds = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: seconds[0])
    return seconds


@pytest.fixture
def table(now: list[float]) -> StepsTable:
    return StepsTable(STEPS, "/home/me/work")


def show(table: StepsTable, *events: tuple[Kind, str]) -> None:
    for kind, text in events:
        table.show(RunEvent(kind, text))


def drawn(table: StepsTable) -> list[str]:
    console = Console(file=io.StringIO(), width=200, force_terminal=True, color_system=None)
    with console.capture() as capture:
        console.print(table._table())
    return [line.rstrip() for line in capture.get().splitlines()]


def steps(table: StepsTable) -> list[str]:
    """The lines of the steps, without that of the total."""
    return drawn(table)[:-1]


def test_all_steps_are_there_from_the_start(table: StepsTable) -> None:
    assert steps(table) == [f"·  {name}" for name in STEPS]


def test_the_total_counts_while_no_step_runs(table: StepsTable, now: list[float]) -> None:
    now[0] += 12.3
    assert drawn(table)[-1] == "   total                 12"
    with table:
        pass
    assert drawn(table)[-1] == "   total               12.3"


def test_a_step_that_runs_counts_seconds_and_shows_its_last_line(
    table: StepsTable, now: list[float]
) -> None:
    show(table, (Kind.STARTED, "download_dataset"), (Kind.SAID, "1 MiB"), (Kind.SAID, "2 MiB"))
    now[0] += 3.4
    assert steps(table)[0][1:] == "  download_dataset       3  2 MiB"
    assert steps(table)[0][0] in "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def test_a_step_that_ended_keeps_its_time_and_its_line(table: StepsTable, now: list[float]) -> None:
    made = "made /home/me/work/downloads/4edb in 3.2 s"
    show(table, (Kind.STARTED, "download_dataset"), (Kind.SAID, made))
    now[0] += 3.4
    show(table, (Kind.ENDED, "download_dataset"))
    now[0] += 60
    assert steps(table)[0] == "✓  download_dataset     3.4  made …/downloads/4edb in 3.2 s"


def test_a_step_that_failed_says_why(capsys: pytest.CaptureFixture[str], table: StepsTable) -> None:
    show(table, (Kind.STARTED, "report"), (Kind.FAILED, "FAILED: x"), (Kind.ENDED, "report"))
    assert steps(table)[2] == "✗  report               0.0  FAILED: x"
    assert capsys.readouterr().out == "  FAILED: x\n"


def test_a_step_that_is_tried_again_runs_again(table: StepsTable) -> None:
    failed = [(Kind.STARTED, "report"), (Kind.FAILED, "FAILED: x"), (Kind.ENDED, "report")]
    show(table, *failed, (Kind.STARTED, "report"))
    assert steps(table)[2][1:] == "  report                 0"
    assert len(steps(table)) == len(STEPS)


def test_a_step_that_nobody_told_of_is_added(table: StepsTable) -> None:
    show(table, (Kind.STARTED, "register"))
    assert steps(table)[-1][1:].strip().startswith("register")


@pytest.fixture
def columns(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the width of the terminal; for the tables that are made after it."""

    def set_columns(count: int) -> None:
        # Rich takes a terminal that names no kind for 80 columns.
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", str(count))

    return set_columns


def test_a_narrow_terminal_cuts_what_is_said_and_nothing_else(
    now: list[float], columns: Callable[[int], None]
) -> None:
    columns(50)
    table = StepsTable(STEPS, "/home/me/work")
    show(table, (Kind.STARTED, "report"), (Kind.SAID, "a line that is longer than the terminal"))
    lines = steps(table)
    assert [line[3:] for line in lines[:2]] == list(STEPS[:2])
    # A loaded machine may take a second to get here.
    assert re.fullmatch(r"report                 \d  a line that is l…", lines[2][3:])


def test_a_full_line_leaves_room_for_what_a_terminal_echoes(
    now: list[float], columns: Callable[[int], None]
) -> None:
    columns(80)
    table = StepsTable(STEPS, "/home/me/work")
    show(table, (Kind.STARTED, "report"), (Kind.SAID, "long " * 40))
    assert max(map(len, drawn(table))) <= 80 - len("^C")


@pytest.mark.parametrize(
    ("events", "vanishes"),
    [
        ([(kind, name) for name in STEPS for kind in (Kind.STARTED, Kind.ENDED)], True),
        ([(Kind.STARTED, "download_dataset"), (Kind.ENDED, "download_dataset")], False),
        ([(Kind.STARTED, name) for name in STEPS], False),
    ],
)
def test_it_stays_unless_every_step_did_well(
    events: list[tuple[Kind, str]], vanishes: bool, table: StepsTable
) -> None:
    with table:
        show(table, *events)
    assert table._live.transient == vanishes


def test_a_step_that_was_interrupted_is_marked(table: StepsTable) -> None:
    with table:
        show(table, (Kind.STARTED, "train_classifier"), (Kind.SAID, "features: 1 of 2"))
    assert steps(table)[1].startswith("✗  train_classifier")
