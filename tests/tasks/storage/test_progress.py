"""Progress lines, with a clock of the test's own."""

import logging
from collections.abc import Callable

import pytest

from tasks.storage.progress import ByteProgress

MIB = 2**20


@pytest.fixture
def advance(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Callable[..., None]:
    """Moves the clock on by some seconds; what is logged is kept."""
    caplog.set_level(logging.INFO)
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])

    def advance(seconds: float) -> None:
        now[0] += seconds

    return advance


@pytest.mark.parametrize(
    ("total", "line"),
    [
        (40 * MIB, "a.tar: 10.0 of 40.0 MiB, 2.0 MiB/s, 15 s left"),
        (None, "a.tar: 10.0 MiB, 2.0 MiB/s"),
    ],
)
def test_a_line_tells_how_far_how_fast_and_how_long(
    advance: Callable[[float], None], caplog: pytest.LogCaptureFixture, total: int | None, line: str
) -> None:
    progress = ByteProgress("a.tar", 0, total)
    advance(5)
    progress.add(10 * MIB)
    assert caplog.messages == [line]


def test_lines_come_every_few_seconds(
    advance: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    progress = ByteProgress("a.tar", 0, 40 * MIB)
    for _ in range(11):
        advance(1)
        progress.add(MIB)
    told = [message.split(",")[0] for message in caplog.messages]
    assert told == ["a.tar: 5.0 of 40.0 MiB", "a.tar: 10.0 of 40.0 MiB"]


def test_what_was_there_before_does_not_count_for_the_rate(
    advance: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    progress = ByteProgress("a.tar", 20 * MIB, 40 * MIB)
    advance(5)
    progress.add(10 * MIB)
    assert caplog.messages == ["a.tar: 30.0 of 40.0 MiB, 2.0 MiB/s, 5 s left"]


@pytest.mark.parametrize("total", [8 * MIB, None])
def test_the_closing_line_tells_the_time_it_took(
    advance: Callable[[float], None], caplog: pytest.LogCaptureFixture, total: int | None
) -> None:
    progress = ByteProgress("a.tar", 0, total)
    advance(2)
    progress.add(8 * MIB)
    progress.finish()
    assert caplog.messages == ["a.tar: 8.0 of 8.0 MiB, 4.0 MiB/s, done in 2.0 s"]


def test_an_empty_file_at_once_is_no_division_by_zero(
    advance: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    ByteProgress("a.tar", 0, 0).finish()
    (line,) = caplog.messages
    assert line.startswith("a.tar: 0.0 of 0.0 MiB")


def test_as_text_it_is_a_count_of_bytes() -> None:
    progress = ByteProgress("a.tar", 1000, 1_048_576)
    progress.add(500)
    assert str(progress) == "1,500 of 1,048,576 bytes"
    assert str(ByteProgress("a.tar", 1000, None)) == "1,000 bytes"
