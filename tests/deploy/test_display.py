import pytest

from deploy.display import Lines, display
from deploy.run_events import Kind, RunEvent


def test_lines_are_headings_and_what_is_said_below(capsys: pytest.CaptureFixture[str]) -> None:
    with Lines() as lines:
        for kind, text in [
            (Kind.STARTED, "doctor"),
            (Kind.SAID, "ok  Java: 17"),
            (Kind.ENDED, "doctor"),
            (Kind.STARTED, "report"),
            (Kind.FAILED, "FAILED: no room left"),
            (Kind.ENDED, "report"),
        ]:
            lines.show(RunEvent(kind, text))
    assert capsys.readouterr().out == ("doctor\n  ok  Java: 17\n\nreport\n  FAILED: no room left\n")


def test_what_is_no_terminal_gets_lines() -> None:
    assert isinstance(display(["report"], "/work"), Lines)
