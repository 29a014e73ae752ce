"""Waiting for a condition, with a time limit."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import pytest

T = TypeVar("T")


def wait_until(
    condition: Callable[[], T | None],
    seconds: float,
    what: str,
    *,
    ignoring: tuple[type[Exception], ...] = (),
    every: float = 0.3,
) -> T:
    """Return the first true value of ``condition``, or fail the test.

    Args:
        condition: called again and again.
        seconds: how long to wait.
        what: what is waited for, the first words of the failure.
        ignoring: errors of ``condition`` that count as not yet.
        every: seconds between two calls.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(*ignoring):
            if found := condition():
                return found
        time.sleep(every)
    pytest.fail(f"{what}: not within {seconds:.0f} s")
