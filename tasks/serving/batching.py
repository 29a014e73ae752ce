"""Micro-batching: requests that wait at the same time go through the model together.

A worker takes what waits as soon as it is free, so that a lone request waits for nobody; with
``wait`` it gives others that long to join. Requests of one batch have the same signature, model and
shapes.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tasks.errors import GraftError
from tasks.serving.signature import Array

Tensors = dict[str, Array]
#: Computes the outputs of a signature.
Run = Callable[[str, Tensors], Tensors]


class QueueFullError(GraftError):
    """As many pictures wait as may."""


@dataclass(frozen=True)
class Bounds:
    """Bounds of a batch and of what waits for one.

    Attributes:
        batch: the most rows of a batch; a single request may have more.
        pixels: the most pixels of a batch's pictures together; likewise.
        wait: how long a request waits for others to join it, in seconds.
        waiting: the most rows that wait.
    """

    batch: int = 16
    pixels: int = 2**24
    wait: float = 0.0
    waiting: int = 512


@dataclass(frozen=True, eq=False)
class Request:
    """Values of a signature's inputs.

    Attributes:
        run: of the model that answers.
        signature: its name.
        inputs: values, whose first dimension is that of the rows.
        rows: number of rows.
        pixels: of its pictures together.
        alone: if True, it is not joined with others.
        future: gets the outputs.
    """

    run: Run
    signature: str
    inputs: Mapping[str, Array]
    rows: int
    pixels: int = 0
    alone: bool = False
    future: "Future[Tensors]" = field(default_factory=Future)

    def kind(self) -> tuple[Any, ...]:
        """Return what requests of one batch have in common."""
        shapes = tuple((name, value.shape[1:]) for name, value in sorted(self.inputs.items()))
        return (self.run, self.signature, shapes, id(self) if self.alone else None)


class Batcher:
    """Workers that run requests in batches.

    Args:
        workers: how many batches run at once.
        bounds: of batches and of what waits.
        observe: is told the rows of every batch.
    """

    def __init__(
        self, workers: int, bounds: Bounds, observe: Callable[[int], None] = lambda _: None
    ) -> None:
        self._bounds = bounds
        self._observe = observe
        self._waiting: deque[Request] = deque()
        self._rows = 0
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"batches-{i}", daemon=True)
            for i in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Number of rows that wait."""
        return self._rows

    def submit(self, request: Request) -> "Future[Tensors]":
        """Put a request into the queue and return the future of its outputs.

        Raises:
            QueueFullError: too many rows wait.
        """
        with self._changed:
            if self._rows and self._rows + request.rows > self._bounds.waiting:
                raise QueueFullError(
                    f"{self._rows:,} pictures wait, expected at most {self._bounds.waiting:,}; "
                    "try again"
                )
            self._rows += request.rows
            self._waiting.append(request)
            self._changed.notify()
        return request.future

    def close(self) -> None:
        """End the workers when all that waits is answered."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while batch := self._next():
            self._observe(sum(request.rows for request in batch))
            answer(batch)

    def _next(self) -> list[Request]:
        """Return the next requests of one kind; none when the batcher is closed and done."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if not self._waiting:
                return []
            deadline = time.monotonic() + self._bounds.wait
            while not self._closed and self._rows < self._bounds.batch:
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            return self._take() if self._waiting else self._next()

    def _take(self) -> list[Request]:
        first = self._waiting[0]
        batch: list[Request] = []
        rows = pixels = 0
        for request in list(self._waiting):
            fits = rows + request.rows <= self._bounds.batch
            small = pixels + request.pixels <= self._bounds.pixels
            if batch and not (fits and small and request.kind() == first.kind()):
                continue
            batch.append(request)
            rows += request.rows
            pixels += request.pixels
            self._waiting.remove(request)
            if rows >= self._bounds.batch:
                break
        self._rows -= rows
        return batch


def answer(batch: Sequence[Request]) -> None:
    """Run requests of one kind together, and one by one if that fails.

    Every future gets its outputs or the error of its own request; cancelled ones are left out.
    """
    wanted = [request for request in batch if request.future.set_running_or_notify_cancel()]
    if not wanted:
        return
    try:
        outputs = _run(wanted)
    except Exception as error:
        if len(wanted) == 1:
            wanted[0].future.set_exception(error)
            return
        for request in wanted:
            _answer_alone(request)
        return
    start = 0
    for request in wanted:
        end = start + request.rows
        whole = len(wanted) == 1
        request.future.set_result(
            outputs if whole else {name: value[start:end] for name, value in outputs.items()}
        )
        start = end


def _answer_alone(request: Request) -> None:
    try:
        request.future.set_result(_run([request]))
    except Exception as error:
        request.future.set_exception(error)


def _run(batch: Sequence[Request]) -> Tensors:
    first = batch[0]
    if len(batch) == 1:
        return first.run(first.signature, dict(first.inputs))
    inputs = {
        name: np.concatenate([request.inputs[name] for request in batch]) for name in first.inputs
    }
    return first.run(first.signature, inputs)
