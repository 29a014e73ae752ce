"""Escaping of text from outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.storage.shown import MAX_SHOWN, shown


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("flowers é 花.tar", "flowers é 花.tar"),
        ("\x1b[2Jsucceeded", r"\x1b[2Jsucceeded"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("gpj\u202etar", r"gpj\u202etar"),
        ("zero\u200bwidth\u2028line", r"zero\u200bwidth\u2028line"),
        ("undecoded\udcff", r"undecoded\udcff"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, visible: str) -> None:
    assert shown(text) == visible


def test_a_long_text_is_cut() -> None:
    assert shown("a" * MAX_SHOWN) == "a" * MAX_SHOWN
    assert shown("a" * 10**6) == "a" * (MAX_SHOWN - 3) + "..."
    assert shown("abcdef", limit=5) == "ab..."


@given(st.text(st.characters(), max_size=2 * MAX_SHOWN))
def test_any_text_becomes_one_short_visible_line(text: str) -> None:
    visible = shown(text)
    assert visible.isprintable()
    assert len(visible) <= MAX_SHOWN
    visible.encode()
