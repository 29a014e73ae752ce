import io
import json
import sys

import numpy as np
import pytest

from deploy.predictions import show
from tasks.serving.classifier import Answer
from tasks.serving.predict import Result

GOOD = Result("a\x1b[2J.jpg", Answer(1, ("rose", "tulip"), np.array([0.25, 0.75], np.float32)))
BAD = Result("b.jpg", error="is empty")


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_table_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    assert not show([GOOD, BAD], 2, as_json=False, as_csv=False)
    shown = terminal.getvalue()
    assert "a\\x1b[2J.jpg" in shown
    assert shown.index("tulip") < shown.index("rose")
    assert "0.7500" in shown
    assert "b.jpg" not in shown
    assert capsys.readouterr().err == "error: b.jpg: is empty\n"


@pytest.mark.parametrize("as_json", [True, False])
def test_nothing_from_outside_changes_the_terminal(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    assert show([GOOD], 1, as_json=as_json, as_csv=not as_json)
    assert "\x1b" not in capsys.readouterr().out


def test_no_results_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert show([], 3, as_json=True, as_csv=False)
    assert json.loads(capsys.readouterr().out) == []
