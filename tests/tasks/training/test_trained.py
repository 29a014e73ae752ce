import numpy as np

from tasks.models.head import Head
from tasks.runs.training_record import Epoch
from tasks.training.trained import Trained


def epoch(number: int) -> Epoch:
    return Epoch(
        epoch=number,
        iteration=1,
        records=16,
        total=16,
        loss=0.5,
        correct=1,
        count=2,
        seconds=0.1,
        wall_clock_seconds=0.1,
    )


def test_a_kept_epoch_is_the_last_unless_another_is_named() -> None:
    epochs = [epoch(1), epoch(2)]
    head = Head(np.zeros((2, 1), np.float32), np.zeros(2, np.float32))
    assert Trained(head, epochs, []).kept_epoch is epochs[1]
    assert Trained(head, epochs, [], kept=1).kept_epoch is epochs[0]
