import logging
import threading
from collections.abc import Callable

import pytest

from tasks.features.progress import Progress, reported


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])

    def advance(seconds: float) -> None:
        now[0] += seconds

    return advance


class TestLine:
    def test_tells_how_far_how_fast_and_how_long(self, clock: Callable[[float], None]) -> None:
        progress = Progress("features", "images")
        progress.expect(3320)
        progress.expect(350)
        clock(10)
        assert progress.line(1000) == "features: 1,000 of 3,670 images, 100.0/s, 27 s left"

    def test_counts_what_was_there_but_not_as_its_own_work(
        self, clock: Callable[[float], None]
    ) -> None:
        progress = Progress("features", "images")
        progress.expect(3320, found=1024)
        clock(10.0)
        line = progress.line(96)
        assert line == "features: 1,120 of 3,320 images, 9.6/s, 229 s left"

    def test_at_the_end(self, clock: Callable[[float], None]) -> None:
        progress = Progress("features", "images")
        progress.expect(3670)
        clock(36.7)
        assert progress.line(3670) == "features: 3,670 of 3,670 images, 100.0/s, in 36.7 s"

    def test_before_anything_is_done(self, clock: Callable[[float], None]) -> None:
        progress = Progress("features", "images")
        progress.expect(10)
        clock(5)
        assert progress.line(0) == "features: 0 of 10 images, 0.0/s, just started"

    @pytest.mark.usefixtures("clock")
    def test_at_once(self) -> None:
        progress = Progress("features", "images")
        progress.expect(1)
        assert "1 of 1 images" in progress.line(1)


class TestReported:
    def lines(self, caplog: pytest.LogCaptureFixture) -> list[str]:
        return [r.getMessage() for r in caplog.records if r.name == "tasks.features.progress"]

    def test_reports_while_it_grows_and_once_at_the_end(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        progress, done = Progress("features", "images"), [1]
        progress.expect(3)
        asked = threading.Event()

        def count() -> int:
            asked.set()
            return done[0]

        with reported(progress, count, interval=0.01):
            assert asked.wait(5)
            done[0] = 3
        lines = self.lines(caplog)
        assert lines[-1].startswith("features: 3 of 3 images")
        assert len(lines) == len(set(lines))

    def test_says_nothing_when_nothing_was_done(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        with reported(Progress("features", "images"), lambda: 0, interval=0.01):
            pass
        assert self.lines(caplog) == []

    def test_does_not_repeat_itself(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        asked = threading.Semaphore(0)

        def count() -> int:
            asked.release()
            return 2

        progress = Progress("features", "images")
        progress.expect(4)
        with reported(progress, count, interval=0.01):
            for _ in range(6):
                assert asked.acquire(timeout=5)
        assert len(self.lines(caplog)) == 1

    def test_ends_with_an_error_inside(self) -> None:
        def fail() -> None:
            with reported(Progress("features", "images"), lambda: 0, interval=0.01):
                raise ValueError("broke")

        with pytest.raises(ValueError, match="broke"):
            fail()
        assert "progress" not in {thread.name for thread in threading.enumerate()}
