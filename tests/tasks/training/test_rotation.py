import numpy as np
import pytest

from tasks.training.rotation import is_rotated, rotation, unit_of, unrotated

RECORDS, SIZE = 200, 6
FEATURE = (
    np.random.default_rng(0).normal(size=(RECORDS, SIZE)) @ np.diag([1, 2, 3, 4, 5, 0]) + 10
).astype(np.float32)
MEAN, DEVIATION = FEATURE.mean(axis=0, dtype=np.float64), FEATURE.std(axis=0, dtype=np.float64)


@pytest.mark.parametrize("standardize", [True, False])
def test_directions_are_uncorrelated_and_answers_the_same(standardize: bool) -> None:
    unit = unit_of(MEAN, DEVIATION, standardize=standardize)
    scaled = unit(FEATURE)
    turned = rotation(unit, scaled.T @ scaled / RECORDS)
    # The last feature tells no records apart.
    assert len(turned.spread) == SIZE - 1
    directions = turned(FEATURE)
    covariance = np.cov(directions.T, bias=True)
    np.testing.assert_allclose(covariance, np.diag(turned.spread), atol=1e-4)
    assert list(turned.spread) == sorted(turned.spread, reverse=True)
    weight, bias = np.random.default_rng(1).normal(size=(2, SIZE - 1)), np.array([0.5, -1.0])
    expected = directions @ weight.T + bias
    head = turned.head(weight, bias)
    np.testing.assert_allclose(head.logits(FEATURE), expected, atol=1e-4)
    # A rotation keeps the penalty.
    assert np.sum((head.weight * unit.unit) ** 2) == pytest.approx(np.sum(weight**2), rel=1e-5)


def test_features_of_too_many_are_directions_themselves() -> None:
    unit = unit_of(MEAN, DEVIATION, standardize=True)
    assert is_rotated(unit)
    assert not is_rotated(unit_of(np.zeros(5000), np.ones(5000), standardize=True))
    turned = unrotated(unit, DEVIATION)
    np.testing.assert_array_equal(turned(FEATURE), unit(FEATURE))
    np.testing.assert_allclose(turned.spread, [1, 1, 1, 1, 1, 0])
    weight, bias = np.ones((2, SIZE)), np.zeros(2)
    logits = turned.head(weight, bias).logits(FEATURE)
    np.testing.assert_allclose(logits, unit(FEATURE) @ weight.T, atol=1e-4)


def test_raw_features_have_one_unit_for_all() -> None:
    unit = unit_of(MEAN, DEVIATION, standardize=False)
    assert unit(FEATURE).var(axis=0).mean() == pytest.approx(1, rel=1e-4)
    assert unit.l2_factor == pytest.approx((DEVIATION**2).mean())
    assert np.unique(unit.unit).size == 1
    assert unit_of(MEAN, np.zeros(SIZE), standardize=False).l2_factor == 1
