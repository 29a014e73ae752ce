import numpy as np
import pytest

from tasks.evaluation.held_out import HeldOut


def held_out(logits: list[list[float]], label: list[int]) -> HeldOut:
    return HeldOut(np.array(logits, np.float32), np.array(label, np.int64))


def test_has_a_label_for_every_row_of_logits() -> None:
    found = held_out([[1, 2], [3, 4], [5, 6]], [1, 0, 1])
    assert found.logits.shape == (3, 2)
    assert found.label.tolist() == [1, 0, 1]
    assert HeldOut(np.empty((0, 2), np.float32), np.empty(0, np.int64)).label.size == 0


@pytest.mark.parametrize(
    ("logits", "label", "said"),
    [
        ([[1, 2], [3, 4]], [0], r"logits are of shape \(2, 2\) and labels of \(1,\), expected \["),
        ([[1, 2]], [2], r"labels are from 2 to 2, expected 0 to 1"),
        ([[1, 2]], [-1], r"labels are from -1 to -1, expected 0 to 1"),
    ],
    ids=["too few labels", "too large", "negative"],
)
def test_shapes_and_labels_that_do_not_fit(
    logits: list[list[float]], label: list[int], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        held_out(logits, label)
