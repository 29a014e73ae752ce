from pathlib import Path
from typing import Any

import pytest

from tasks.errors import GraftError
from tasks.params.training import TrainingParams
from tasks.runs.training_record import Epoch
from tasks.training.divergence import require_finite


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


def epoch(number: int, loss: float) -> Epoch:
    return Epoch(
        epoch=number,
        iteration=1,
        records=16,
        total=16,
        loss=loss,
        correct=1,
        count=2,
        seconds=0.1,
        wall_clock_seconds=0.1,
    )


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({"learning_rate": 0.5}, "learning_rate is 0.5, try a lower one"),
        ({"optimizer": "lbfgs"}, "optimizer is lbfgs, give it an l2 above 0 or choose another"),
    ],
)
def test_a_loss_that_is_no_number_names_epoch_and_what_to_change(
    folder: Path, given: dict[str, Any], advice: str
) -> None:
    folder.mkdir()
    require_finite([epoch(1, 0.5)], TrainingParams(), folder)
    assert folder.exists()
    with pytest.raises(GraftError) as caught:
        require_finite([epoch(1, 0.5), epoch(2, float("nan"))], TrainingParams(**given), folder)
    assert str(caught.value) == f"training diverged: the loss of epoch 2 is nan; {advice}"
    # The next run would go on from weights that are no numbers.
    assert not folder.exists()


def test_a_log_without_epochs_is_told(folder: Path) -> None:
    with pytest.raises(GraftError, match="the optimiser left no log"):
        require_finite([], TrainingParams(), folder)
