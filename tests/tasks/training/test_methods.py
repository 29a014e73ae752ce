import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from tasks.params.training import TrainingParams
from tasks.training.methods import balanced_weights, class_weights, needs_counts, rate_and_decay

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


def rates(count: int, *, done: int = 0) -> list[float]:
    """Return the rates of the steps of a try, of 100 in all."""
    params = TrainingParams(learning_rate_schedule="falling", learning_rate=0.01)
    rate, decay = rate_and_decay(params, steps=100, done=done)
    return [rate / (1 + decay * step) for step in range(count)]


def test_a_falling_rate_ends_at_a_tenth() -> None:
    assert rates(101)[0] == 0.01
    assert rates(101)[-1] == pytest.approx(0.001)
    assert rates(100) == sorted(rates(100), reverse=True)


def test_a_falling_rate_goes_on_where_an_earlier_try_left_it() -> None:
    assert rates(40) + rates(60, done=40) == pytest.approx(rates(100))


def test_a_constant_rate_does_not_decay() -> None:
    assert rate_and_decay(TrainingParams(learning_rate=0.2), steps=100, done=40) == (0.2, 0)


@pytest.mark.parametrize(
    ("params", "needed"),
    [({}, False), ({"optimizer": "lbfgs"}, True), ({"class_weights": "balanced"}, True)],
)
def test_counts_are_needed_for_some_params(params: dict[str, str], needed: bool) -> None:
    assert needs_counts(TrainingParams(**params)) is needed
