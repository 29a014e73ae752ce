import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from tasks.params.training import TrainingParams
from tasks.training.methods import balanced_weights, class_weights

COUNTS = np.array([100, 20, 3, 1])


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    labels = np.repeat(np.arange(len(COUNTS)), COUNTS)
    expected = compute_class_weight("balanced", classes=np.arange(len(COUNTS)), y=labels)
    np.testing.assert_allclose(balanced_weights(COUNTS), expected, rtol=1e-6)


def test_balanced_weights_have_a_mean_of_1_over_the_records() -> None:
    assert (balanced_weights(COUNTS) * COUNTS).sum() / COUNTS.sum() == pytest.approx(1, rel=1e-6)


def test_a_class_without_records_has_no_weight_and_does_not_count() -> None:
    weights = balanced_weights(np.array([30, 0, 10]))
    np.testing.assert_allclose(weights, [40 / 60, 0, 2])


def test_the_params_name_the_weights() -> None:
    balanced = class_weights(TrainingParams(class_weights="balanced"), COUNTS)
    np.testing.assert_array_equal(balanced, balanced_weights(COUNTS))
    np.testing.assert_array_equal(class_weights(TrainingParams(), COUNTS), np.ones(4))
