"""The temperature against a general minimiser and against the truth that made the labels."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn import metrics as oracle

from tasks.evaluation import temperature as module
from tasks.evaluation.held_out import HeldOut
from tasks.evaluation.temperature import fit_temperature, log_loss


def drawn(records: int, classes: int, *, truth: float, seed: int) -> HeldOut:
    """Return logits, and labels that are as likely as the logits over ``truth`` say."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 3, (records, classes)).astype(np.float32)
    ends = softmax(logits.astype(np.float64) / truth, axis=1).cumsum(axis=1)
    label = (random.random((records, 1)) > ends).sum(axis=1).clip(0, classes - 1)
    return HeldOut(logits, label.astype(np.int64))


def independent_loss(held_out: HeldOut, value: float) -> float:
    chances = log_softmax(held_out.logits.astype(np.float64) / value, axis=1)
    return float(-chances[np.arange(len(held_out.label)), held_out.label].mean())


@given(st.integers(5, 80), st.integers(2, 8), st.floats(0.3, 4), st.integers(0, 2**32 - 1))
def test_is_the_minimum_that_scipy_finds(
    records: int, classes: int, truth: float, seed: int
) -> None:
    held_out = drawn(records, classes, truth=truth, seed=seed)
    found = fit_temperature(held_out)
    assume(1e-3 < found < 1e3)
    best = minimize_scalar(
        lambda log: independent_loss(held_out, math.exp(log)), bracket=(-1, 1), tol=1e-12
    )
    # A minimiser sees a flat minimum to the square root of float64's precision only, and the
    # flatter the curve is the less it sees: so the loss is compared, and the place loosely.
    assert independent_loss(held_out, found) <= best.fun + 1e-12
    assert found == pytest.approx(math.exp(best.x), rel=1e-3)


@pytest.mark.parametrize("truth", [0.5, 1.0, 2.5])
def test_finds_the_temperature_that_made_the_labels(truth: float) -> None:
    held_out = drawn(20_000, 5, truth=truth, seed=7)
    # The standard error of the logarithm is below 0.01 for so many records.
    assert fit_temperature(held_out) == pytest.approx(truth, rel=0.04)


def test_the_loss_is_scikit_learns() -> None:
    held_out = drawn(300, 4, truth=1.5, seed=2)
    chances = softmax(held_out.logits.astype(np.float64) / 1.7, axis=1)
    assert log_loss(held_out, 1.7) == pytest.approx(oracle.log_loss(held_out.label, chances))


def test_parts_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    held_out = drawn(100, 3, truth=2, seed=5)
    whole = fit_temperature(held_out), log_loss(held_out, 2.0)
    monkeypatch.setattr(module, "_VALUES", 21)
    parts = fit_temperature(held_out), log_loss(held_out, 2.0)
    # The order of the sums is another one.
    assert parts == pytest.approx(whole, rel=1e-9)


@given(st.floats(0.01, 100))
def test_a_change_of_scale_changes_it_by_as_much(scale: float) -> None:
    held_out = drawn(60, 3, truth=1.5, seed=3)
    scaled = HeldOut((held_out.logits * scale).astype(np.float32), held_out.label)
    # Scaled logits are rounded to float32.
    assert fit_temperature(scaled) == pytest.approx(scale * fit_temperature(held_out), rel=1e-4)


class TestWithoutMinimum:
    def make(self, logits: Any, label: Any) -> HeldOut:
        return HeldOut(np.array(logits, np.float32), np.array(label, np.int64))

    def test_all_right_never_gets_sure_enough(self) -> None:
        assert fit_temperature(self.make([[2, 0], [0, 1], [3, 1]], [0, 1, 0])) == 0.0

    def test_all_wrong_never_gets_unsure_enough(self) -> None:
        assert fit_temperature(self.make([[2, 0], [0, 1]], [1, 0])) == math.inf

    def test_logits_that_tell_nothing(self) -> None:
        assert fit_temperature(self.make([[1, 1], [2, 2]], [0, 1])) == math.inf
        assert fit_temperature(self.make([[2, 0], [2, 0]], [0, 1])) == math.inf

    def test_one_class_is_always_right(self) -> None:
        held_out = self.make([[1], [2]], [0, 0])
        assert log_loss(held_out) == 0.0
        assert fit_temperature(held_out) == math.inf

    def test_labels_that_are_ties_of_the_largest(self) -> None:
        assert fit_temperature(self.make([[2, 2, 0], [0, 1, 0]], [1, 1])) == 0.0

    def test_what_lies_outside_of_the_bounds_ends_there(self) -> None:
        held_out = self.make(np.array([[1, 0], [1, 0], [0, 1]]) * 1e-9, [0, 0, 0])
        assert fit_temperature(held_out) == pytest.approx(1e-4)
