"""Course of a training to the optimum: an epoch for every iteration, measured and shown."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from tasks.models.head import Head
from tasks.runs.training_record import Epoch
from tasks.training.bigdl_accuracy import Right
from tasks.training.follow_log import epoch_line
from tasks.training.logistic_regression import Pass
from tasks.training.turned import Turned

logger = logging.getLogger(__name__)

_SHOWN_EVERY = 5


class Course:
    """Epochs of a training to the optimum.

    An iteration of L-BFGS is one pass over all records, more where its line search takes more.

    Attributes:
        lines: a line for each epoch so far.
    """

    def __init__(
        self, right: Callable[[Head], Right], turned: Turned, log_iterations: bool = False
    ) -> None:
        """Start the clock.

        Args:
            right: counts the validation records that a head is right on.
            turned: the training records.
            log_iterations: show every iteration instead of every fifth.
        """
        self.lines: list[str] = []
        self._right = right
        self._turned = turned
        self._every = 1 if log_iterations else _SHOWN_EVERY
        self._epochs: list[Epoch] = []
        self._passes = 0
        self._seconds = 0.0
        self._started = time.monotonic()

    def after_pass(self, state: Pass) -> None:
        """Measure after an iteration, and show the line before where it is due."""
        took = time.monotonic() - self._started
        self._seconds += took
        total = len(self._turned.records.label)
        coefficients = state.coefficients
        right = self._right(
            self._turned.rotation.head(coefficients.weight[0], coefficients.bias[0])
        )
        epoch = Epoch(
            epoch=state.number,
            iteration=state.number,
            records=(state.passes - self._passes) * total,
            total=total,
            loss=float(state.loss[0]),
            correct=right.correct,
            count=right.count,
            seconds=took,
            wall_clock_seconds=self._seconds,
        )
        # Only now is it known that the one before is not the last, whose line is BigDL's.
        if self._epochs and self._epochs[-1].epoch % self._every == 0:
            logger.info("%s", self.lines[-1])
        self._passes = state.passes
        self._epochs.append(epoch)
        self.lines.append(epoch_line(epoch))
        # Measuring is not training.
        self._started = time.monotonic()

    def end(self, right: Right) -> Sequence[Epoch]:
        """Return the epochs, the last with what BigDL's model is right on."""
        last = replace(self._epochs[-1], correct=right.correct, count=right.count)
        self._epochs[-1], self.lines[-1] = last, epoch_line(last)
        logger.info("%s", self.lines[-1])
        logger.info(
            "BigDL's Top1Accuracy: the head is right on %d of %d validation records",
            *(right.correct, right.count),
        )
        return self._epochs
