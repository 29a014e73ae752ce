from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tasks.models.head import Head
from tasks.training.bigdl_accuracy import Right
from tasks.training.course import Course
from tasks.training.logistic_regression import Coefficients, Pass

RECORDS = 40
TURNED: Any = SimpleNamespace(
    records=SimpleNamespace(label=np.zeros(RECORDS, int)),
    rotation=SimpleNamespace(head=Head),
)


@pytest.mark.parametrize(("log_iterations", "shown"), [(False, [5, 7]), (True, range(1, 8))])
def test_every_iteration_is_an_epoch_and_every_fifth_is_shown(
    log_iterations: bool, shown: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    course = Course(lambda head: Right(int(head.bias[0]), 9), TURNED, log_iterations)
    with caplog.at_level("INFO"):
        for number in range(1, 8):
            at = Coefficients(np.zeros((1, 2, 3)), np.full((1, 2), float(number)))
            # The second iteration takes three passes.
            passes = 1 + number + 2 * (number > 1)
            course.after_pass(Pass(number, passes, np.array([1 / number]), at))
        epochs = course.end(Right(8, 9))
    assert [epoch.epoch for epoch in epochs] == list(range(1, 8))
    assert [epoch.records for epoch in epochs] == [80, 120, *[40] * 5]
    assert {epoch.total for epoch in epochs} == {RECORDS}
    assert [epoch.correct for epoch in epochs] == [1, 2, 3, 4, 5, 6, 8]
    assert epochs[3].loss == 0.25
    clock = [epoch.wall_clock_seconds for epoch in epochs]
    assert clock == sorted(clock)
    lines = [message for message in caplog.messages if message.startswith("[Epoch ")]
    assert lines == [course.lines[number - 1] for number in shown]
    assert "correct: 8, count: 9" in course.lines[-1]
    assert caplog.messages[-1] == (
        "BigDL's Top1Accuracy: the head is right on 8 of 9 validation records"
    )
