"""The solver against scikit-learn's on the same input."""

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.linear_model import LogisticRegression

from tasks.training.logistic_regression import (
    COARSE,
    FINE,
    Coefficients,
    Pass,
    Tolerance,
    fit,
    sums,
)

FloatArray = npt.NDArray[Any]
Data = tuple[FloatArray, FloatArray]
RECORDS, SIZE, CLASSES = 120, 8, 3


@pytest.fixture(scope="module")
def data() -> Data:
    random = np.random.default_rng(2)
    label = random.integers(0, CLASSES, RECORDS).astype(np.int32)
    centre = random.normal(size=(CLASSES, SIZE))
    scale = np.geomspace(1, 30, SIZE)
    feature = ((random.normal(size=(RECORDS, SIZE)) + centre[label]) * scale).astype(np.float32)
    return feature, label


def solve(
    feature: FloatArray, label: FloatArray, weight: FloatArray, l2: float, tolerance: Tolerance
) -> tuple[Coefficients, list[Pass]]:
    passes: list[Pass] = []
    start = Coefficients.zeros(weight.shape[1], CLASSES, SIZE)
    found = fit(
        partial(sums, feature, label, weight),
        feature.astype(np.float64).var(axis=0),
        l2,
        start,
        tolerance=tolerance,
        after_pass=passes.append,
    )
    return found, passes


def at_optimum(data: Data, l2: float, weight: FloatArray) -> LogisticRegression:
    feature, label = data
    # Its penalty is on the sum over the records, ours on their weighted mean.
    model = LogisticRegression(C=1 / l2, tol=1e-10, max_iter=10_000)
    return model.fit(feature.astype(np.float64), label, sample_weight=weight)


def objective(data: Data, l2: float, weight: FloatArray, w: FloatArray, b: FloatArray) -> float:
    feature, label = data
    logits = feature.astype(np.float64) @ w.T + b
    logits -= logits.max(axis=1, keepdims=True)
    loss = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(label)), label]
    return float((loss * weight).sum() + l2 / 2 * (w**2).sum())


@pytest.mark.parametrize("l2", [1.0, 0.01, 1e-3])
def test_every_model_is_at_scikit_learns_optimum(data: Data, l2: float) -> None:
    feature, label = data
    random = np.random.default_rng(4)
    weight = random.uniform(0.1, 1, (RECORDS, 2))
    # The second model does not see a fifth of the records.
    weight[::5, 1] = 0
    weight /= weight.sum(axis=0)
    found, _ = solve(feature, label, weight.astype(np.float32), l2, FINE)
    for model in range(2):
        theirs = at_optimum(data, l2, weight[:, model])
        loss = partial(objective, data, l2, weight[:, model])
        ours = loss(found.weight[model], found.bias[model])
        # float32 sums are right to 1e-7 of a loss of about 1.
        assert ours == pytest.approx(loss(theirs.coef_, theirs.intercept_), abs=5e-7)
        # The loss is flat at the optimum: an error of 1e-7 there is one of its root in a weight.
        scale = np.abs(theirs.coef_).max()
        np.testing.assert_allclose(found.weight[model], theirs.coef_, atol=5e-3 * scale)


def test_passes_tell_a_loss_that_falls_to_that_of_the_optimum(
    data: Data,
) -> None:
    feature, label = data
    weight = np.full((RECORDS, 1), 1 / RECORDS, np.float32)
    found, passes = solve(feature, label, weight, 0.01, FINE)
    assert [state.number for state in passes] == list(range(1, len(passes) + 1))
    assert all(state.passes > state.number for state in passes)
    objectives = [
        float(state.loss[0]) + 0.005 * float((state.coefficients.weight**2).sum())
        for state in passes
    ]
    assert objectives[0] < np.log(CLASSES)
    assert np.all(np.diff(objectives) < 1e-6)
    np.testing.assert_allclose(passes[-1].coefficients.weight, found.weight, rtol=1e-6)


def test_a_coarse_fit_takes_fewer_passes_for_nearly_the_same(
    data: Data,
) -> None:
    feature, label = data
    weight = np.full((RECORDS, 1), 1 / RECORDS, np.float32)
    (fine, many), (coarse, few) = (
        solve(feature, label, weight, 1e-3, tolerance) for tolerance in (FINE, COARSE)
    )
    assert len(few) < len(many)
    assert float(few[-1].loss[0]) == pytest.approx(float(many[-1].loss[0]), abs=1e-3)
    logits = [feature @ c.weight[0].T + c.bias[0] for c in (fine, coarse)]
    assert (logits[0].argmax(axis=1) == logits[1].argmax(axis=1)).mean() > 0.95


def test_the_gradient_is_that_of_the_loss(data: Data) -> None:
    feature, label = (part[:20] for part in data)
    feature = (feature / 30).astype(np.float32)
    random = np.random.default_rng(1)
    weight = random.uniform(size=(20, 2)).astype(np.float32)
    at = Coefficients(random.normal(size=(2, CLASSES, SIZE)), random.normal(size=(2, CLASSES)))
    found = sums(feature, label, weight, at)
    step = 1e-2
    for which in [(0, 0, 0), (1, 2, 7)]:
        move = np.zeros_like(at.weight)
        move[which] = step
        up, down = (
            sums(feature, label, weight, Coefficients(at.weight + sign * move, at.bias)).loss
            for sign in (1, -1)
        )
        numeric = (up - down)[which[0]] / (2 * step)
        # Central differences of float32 logits.
        assert found.weight[which] == pytest.approx(numeric, rel=2e-3, abs=1e-4)


def test_a_start_at_the_optimum_is_one_pass() -> None:
    label = (np.arange(RECORDS) % CLASSES).astype(np.int32)
    weight = np.full((RECORDS, 1), 1 / RECORDS, np.float32)
    found, passes = solve(np.zeros((RECORDS, SIZE), np.float32), label, weight, 1.0, FINE)
    assert [(state.number, state.passes) for state in passes] == [(1, 1)]
    assert float(passes[0].loss[0]) == pytest.approx(np.log(CLASSES))
    assert not found.weight.any()
