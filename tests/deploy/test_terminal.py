import io
import sys

import pytest

from deploy.terminal import coloured, say, shows_colours
from support.terminal import Terminal
from tasks.storage.paths import CHECKOUT

SAY = "import sys; from deploy.terminal import say; say(sys.argv[1]); say(sys.argv[1], sys.stderr)"


class Screen(io.StringIO):
    """A stream that calls itself a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.usefixtures("colours")
class TestColours:
    def test_a_terminal_shows_them(self) -> None:
        assert shows_colours(Screen())
        assert not shows_colours(io.StringIO())

    @pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
    def test_the_user_may_refuse_them(
        self, name: str, value: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, value)
        assert not shows_colours(Screen())

    def test_an_empty_no_color_says_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_COLOR", "")
        assert shows_colours(Screen())

    def test_a_terminal_without_unicode_has_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Screen, "encoding", "ascii")
        assert not shows_colours(Screen())


@pytest.mark.parametrize(
    ("line", "style", "part"),
    [
        ("ok  Java: 17", "green", "ok"),
        ("  FIX Java: none", "bold red", "  FIX"),
        ("  FAILED: labels.txt is empty", "bold red", "  FAILED"),
        ("error: no Java", "bold red", "error:"),
        ("succeeded in 60 s", "bold green", "succeeded"),
        ("  top-1 accuracy 0.6333 (95 %: 0.507 to 0.744)", "bold", "top-1 accuracy 0.6333"),
        ("  report    0.1  reused /a/b", "dim", "reused /a/b"),
    ],
)
def test_a_colour_helps_to_find(line: str, style: str, part: str) -> None:
    text = coloured(line)
    assert text.plain == line
    assert [(line[s.start : s.end], s.style) for s in text.spans] == [(part, style)]


def test_other_lines_have_no_colour() -> None:
    assert not coloured("  made /home/okapi/FIXtures/error: in 1.0 s").spans


def test_a_stream_gets_the_line_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    say("FIX [red]Java[/red] :snake:", stream)
    say("ok  Java")
    assert stream.getvalue() == "FIX [red]Java[/red] :snake:\n"
    assert capsys.readouterr().out == "ok  Java\n"


def test_a_terminal_gets_the_same_text_on_one_line() -> None:
    line = f"FIX [red]Java[/red] :snake: in /{'long/' * 40}"
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT)}
    with Terminal([sys.executable, "-c", SAY, line], environ) as terminal:
        assert terminal.end() == 0
    assert terminal.text() == f"{line}\n" * 2
    assert terminal.output.count("\x1b[1;31mFIX\x1b[0m") == 2
