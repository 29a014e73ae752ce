import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.visible import VisibleFormatter, log_visibly, visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("flowers é 花 🌼", "flowers é 花 🌼"),
        ("\x1b[2J\x1b[Hsucceeded", r"\x1b[2J\x1b[Hsucceeded"),
        ("a\r\nsucceeded\tb", r"a\r\nsucceeded\tb"),
        ("gpj\u202etar \u2066", r"gpj\u202etar \u2066"),
        ("undecoded\udcff \x9b31m", r"undecoded\udcff \x9b31m"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(st.text(st.characters()))
def test_any_text_becomes_one_visible_line_that_stays_as_it_is(text: str) -> None:
    seen = visible(text)
    assert seen.isprintable()
    assert visible(seen) == seen
    seen.encode()


def logger_to(stream: io.StringIO, layout: str) -> logging.Logger:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(VisibleFormatter(layout))
    logger = logging.getLogger("test of visible")
    logger.handlers[:] = [handler]
    logger.propagate = False
    return logger


def test_a_logged_name_cannot_begin_a_line_of_its_own() -> None:
    stream = io.StringIO()
    logger = logger_to(stream, "%(levelname)s %(message)s")
    logger.warning("made %s", "a\x1b[2J\nsucceeded")
    assert stream.getvalue() == "WARNING made a\\x1b[2J\\nsucceeded\n"


def test_a_traceback_stays_readable() -> None:
    stream = io.StringIO()
    logger = logger_to(stream, "%(message)s")
    try:
        int("odd")
    except ValueError:
        logger.exception("broke")
    lines = stream.getvalue().splitlines()
    assert lines[:2] == ["broke", "Traceback (most recent call last):"]
    assert lines[-1] == "ValueError: invalid literal for int() with base 10: 'odd'"


def test_a_process_logs_visibly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.RootLogger(logging.WARNING)
    monkeypatch.setattr(logging, "root", root)
    log_visibly("%(asctime)s %(message)s", "at")
    root.info("a\nb")
    assert capsys.readouterr().err == "at a\\nb\n"
