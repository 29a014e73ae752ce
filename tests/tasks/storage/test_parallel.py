"""Work on all cores."""

import threading
import time
from collections.abc import Iterator

import pytest

from tasks.storage import parallel
from tasks.storage.parallel import cores, in_parallel


def test_a_containers_limit_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(64)))
    monkeypatch.setattr(parallel, "cpu_limit", lambda: 2)
    assert cores() == 2
    monkeypatch.setattr(parallel, "cpu_limit", lambda: None)
    assert cores() == 64


def test_results_come_in_order() -> None:
    def work(number: int) -> int:
        time.sleep(0.002 * (number % 3))
        return number * 2

    results = in_parallel(work, range(50), lambda _: 1, 1000)
    assert list(results) == [number * 2 for number in range(50)]


def test_items_are_taken_a_few_ahead_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "cores", lambda: 2)
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken = number
            yield number

    for result in in_parallel(lambda number: number, items(), lambda _: 1, 1000):
        assert taken - result <= 5
    for result in in_parallel(lambda number: number, items(), lambda _: 10, 15):
        assert taken - result <= 2


def test_an_error_ends_all() -> None:
    done = []

    def work(number: int) -> int:
        if number == 5:
            raise ValueError("five")
        done.append(number)
        return number

    with pytest.raises(ValueError, match="five"):
        list(in_parallel(work, range(10_000), lambda _: 1, 1000))
    assert len(done) < 100 + 10 * cores()
    assert not [t for t in threading.enumerate() if t.name.startswith("pictures")]
