import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.runs.training_record import Epoch
from tasks.training.follow_log import epoch_line, followed

LOCAL = [
    "[Epoch 1 16/48][Iteration 1][Wall Clock 0.152903213s] loss is 1.7286, iteration time is "
    "0.152903213s data fetch time is 0.0047s, train time 0.148s. Throughput is 104.6 record / "
    "second. ",
    "[Epoch 1 32/48][Iteration 2][Wall Clock 0.2s] loss is 1.2, iteration time is 0.05s data fetch "
    "time is 0.0047s, train time 0.148s. Throughput is 104.6 record / second. ",
    "[Epoch 1 48/48][Iteration 3][Wall Clock 0.25s] Top1Accuracy is Accuracy(correct: 191, count: "
    "350, accuracy: 0.5457142857142857)",
    "[Epoch 2 16/48][Iteration 4][Wall Clock 0.5s] loss is 0.5, iteration time is 0.05s data fetch "
    "time is 0.0047s, train time 0.148s. Throughput is 104.6 record / second. ",
    "[Epoch 2 48/48][Iteration 6][Wall Clock 1.25s] Top1Accuracy is Accuracy(correct: 200, count: "
    "350, accuracy: 0.5714285714285714)",
]
RESUMED = "Training resumed after epoch 1"


def test_the_line_of_an_epoch_is_worded_as_the_original_example() -> None:
    epoch = Epoch(
        epoch=2,
        iteration=416,
        records=3328,
        total=3320,
        loss=1.25,
        correct=175,
        count=350,
        seconds=0.5,
        wall_clock_seconds=1.25,
    )
    assert epoch_line(epoch) == (
        "[Epoch 2 3328/3320][Iteration 416][Wall Clock 1.250s] Trained 3328 records in 0.500 "
        "seconds. Throughput is 6656.0 records/second. Loss is 1.2500. Top1Accuracy is "
        "Accuracy(correct: 175, count: 350, accuracy: 0.5000)"
    )


class Shown:
    """Collects lines and waits, within bounds, for as many as a test expects."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, line: str) -> None:
        with self._changed:
            self.lines.append(line)
            self._changed.notify_all()

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.lines) >= count, timeout=10)


@pytest.fixture
def append(tmp_path: Path) -> Callable[[str], None]:
    def append(text: str) -> None:
        with (tmp_path / "log").open("a") as stream:
            stream.write(text)

    return append


class TestFollowed:
    def test_shows_every_epoch_as_soon_as_it_ends(
        self, tmp_path: Path, append: Callable[[str], None]
    ) -> None:
        shown = Shown()
        with followed(tmp_path / "log", shown, iterations=False):
            append("\n".join(LOCAL[:3]) + "\n" + LOCAL[3][:40])
            shown.wait_for(1)
            assert shown.lines[0].startswith("[Epoch 1 48/48]")
            append(LOCAL[3][40:] + "\n" + LOCAL[4] + "\n")
            shown.wait_for(2)
        assert len(shown.lines) == 2
        assert "Loss is 0.5000." in shown.lines[1]

    def test_shows_what_an_epoch_is_worth_on_the_records_set_aside(
        self, tmp_path: Path, append: Callable[[str], None]
    ) -> None:
        line = "[Epoch {}][Iteration 3] Set aside: loss is 0.54454735, 3 of 5 records are right"
        append("\n".join([*LOCAL[:3], line.format(1), RESUMED, ""]))
        shown = Shown()
        with followed(tmp_path / "log", shown, iterations=False):
            append("\n".join([*LOCAL[3:], line.format(2), ""]))
            shown.wait_for(2)
        assert [text[:9] for text in shown.lines] == ["[Epoch 2 ", "[Epoch 2]"]
        assert shown.lines[1] == line.format(2).replace("0.54454735", "0.5445")

    def test_shows_every_line_if_asked(self, tmp_path: Path, append: Callable[[str], None]) -> None:
        shown = Shown()
        with followed(tmp_path / "log", shown, iterations=True):
            append(LOCAL[0] + "\n")
            shown.wait_for(1)
            append(LOCAL[1] + "\n")
        assert shown.lines == LOCAL[:2]

    def test_shows_nothing_of_earlier_tries(
        self, tmp_path: Path, append: Callable[[str], None]
    ) -> None:
        append("\n".join([*LOCAL[:3], RESUMED, ""]))
        for iterations, expected in ((False, 1), (True, 2)):
            shown = Shown()
            with followed(tmp_path / "log", shown, iterations=iterations):
                append("\n".join([*LOCAL[3:], ""]))
                shown.wait_for(expected)
            assert len(shown.lines) == expected
            assert not any("[Epoch 1 " in line for line in shown.lines)

    def test_misses_nothing_written_just_before_the_end(
        self, tmp_path: Path, append: Callable[[str], None]
    ) -> None:
        shown = Shown()
        append("")
        with followed(tmp_path / "log", shown, iterations=False):
            append("\n".join([*LOCAL, ""]))
        assert len(shown.lines) == 2

    def test_a_log_that_never_comes(self, tmp_path: Path) -> None:
        shown = Shown()
        with followed(tmp_path / "log", shown, iterations=True):
            pass
        assert shown.lines == []

    def test_ends_with_an_error_inside(self, tmp_path: Path) -> None:
        def fail() -> None:
            with followed(tmp_path / "log", Shown(), iterations=True):
                raise ValueError("broke")

        with pytest.raises(ValueError, match="broke"):
            fail()
        assert "optimizer-log" not in {thread.name for thread in threading.enumerate()}
