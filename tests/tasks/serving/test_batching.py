import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from tasks.serving.batching import Batcher, Bounds, QueueFullError, Request, Tensors


class Model:
    """Doubles its input, and fails for negative numbers; waits until it may go on."""

    def __init__(self) -> None:
        self.batches: list[list[float]] = []
        self.started = threading.Semaphore(0)
        self.may_go_on = threading.Event()

    def run(self, signature: str, inputs: Tensors) -> Tensors:
        self.started.release()
        assert self.may_go_on.wait(30)
        self.batches.append(inputs["x"].ravel().tolist())
        if (inputs["x"] < 0).any():
            raise ValueError(f"{signature} of a negative number")
        return {"y": inputs["x"] * 2}


@pytest.fixture
def model() -> Model:
    return Model()


@contextmanager
def batcher(**bounds: Any) -> Iterator[Batcher]:
    made = Batcher(1, Bounds(**bounds))
    yield made
    made.close()


def request(model: Model, *numbers: float, **fields: Any) -> Request:
    values = np.array(numbers, np.float32)
    return Request(model.run, "s", {"x": values}, len(numbers), **fields)


def result(request: Request) -> list[float]:
    return request.future.result(30)["y"].tolist()  # type: ignore[no-any-return]  # NumPy's Any


def submit_behind_one(batches: Batcher, model: Model, requests: list[Request]) -> None:
    """Submit requests while the model is busy with another, then let it go on."""
    batches.submit(request(model, 0))
    assert model.started.acquire(timeout=30)
    for one in requests:
        batches.submit(one)
    model.may_go_on.set()


def test_what_waits_together_runs_together(model: Model) -> None:
    requests = [request(model, 1), request(model, 2, 3), request(model, 4)]
    with batcher(batch=4) as batches:
        submit_behind_one(batches, model, requests)
        assert [result(one) for one in requests] == [[2], [4, 6], [8]]
    assert model.batches == [[0], [1, 2, 3, 4]]


def test_a_batch_has_bounds_but_every_request_gets_its_turn(model: Model) -> None:
    requests = [
        *(request(model, 1, 2, 3), request(model, 4, 5), request(model, 6)),
        request(model, 7, pixels=900),
        request(model, 8, pixels=200),
    ]
    with batcher(batch=4, pixels=1000) as batches:
        submit_behind_one(batches, model, requests)
        for one in requests:
            one.future.result(30)
    assert model.batches == [[0], [1, 2, 3, 6], [4, 5, 7], [8]]


def test_requests_of_other_kinds_are_not_joined(model: Model) -> None:
    other, wide = Model(), request(model, 3, 4)
    other.may_go_on.set()
    wide = Request(model.run, "s", {"x": np.ones((1, 2), np.float32)}, 1)
    requests = [request(model, 1), request(other, 2), wide, request(model, 5, alone=True)]
    with batcher() as batches:
        submit_behind_one(batches, model, requests)
        for one in requests:
            one.future.result(30)
    assert model.batches == [[0], [1], [1, 1], [5]]
    assert other.batches == [[2]]


def test_a_failing_request_fails_alone(model: Model) -> None:
    good, bad = request(model, 1), request(model, -1)
    with batcher() as batches:
        submit_behind_one(batches, model, [good, bad])
        assert result(good) == [2]
        with pytest.raises(ValueError, match="s of a negative number"):
            bad.future.result(30)


def test_a_cancelled_request_is_left_out(model: Model) -> None:
    good, left = request(model, 1), request(model, 2)
    with batcher() as batches:
        batches.submit(request(model, 0))
        assert model.started.acquire(timeout=30)
        batches.submit(good)
        batches.submit(left)
        left.future.cancel()
        model.may_go_on.set()
        assert result(good) == [2]
    assert model.batches == [[0], [1]]


def test_a_full_queue_refuses(model: Model) -> None:
    with batcher(waiting=3) as batches:
        batches.submit(request(model, 0))
        assert model.started.acquire(timeout=30)
        batches.submit(request(model, 1, 2))
        with pytest.raises(QueueFullError, match="2 pictures wait, expected at most 3; try again"):
            batches.submit(request(model, 3, 4))
        assert batches.waiting == 2
        model.may_go_on.set()


def test_a_request_larger_than_the_queue_is_taken_when_nothing_waits(model: Model) -> None:
    model.may_go_on.set()
    with batcher(waiting=1) as batches:
        large = request(model, 1, 2, 3)
        batches.submit(large)
        assert result(large) == [2, 4, 6]


def test_others_may_join_within_the_wait(model: Model) -> None:
    model.may_go_on.set()
    first, second = request(model, 1), request(model, 2)
    # It ends when the batch is full, long before the wait is over.
    with batcher(batch=2, wait=60) as batches:
        batches.submit(first)
        batches.submit(second)
        assert [result(first), result(second)] == [[2], [4]]
    assert model.batches == [[1, 2]]


def test_closing_answers_what_waits(model: Model) -> None:
    batches = Batcher(2, Bounds())
    requests = [request(model, number) for number in range(20)]
    for one in requests:
        batches.submit(one)
    model.may_go_on.set()
    batches.close()
    assert [result(one) for one in requests] == [[2 * number] for number in range(20)]
