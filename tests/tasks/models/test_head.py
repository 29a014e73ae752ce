import numpy as np
import numpy.typing as npt
import pytest
from sklearn.preprocessing import StandardScaler

from tasks.models.head import (
    Head,
    Scaling,
    fit_scaling,
    fold,
    fold_temperature,
    scaling_of,
    softmax,
)


def random_features(count: int = 200) -> npt.NDArray[np.float32]:
    rng = np.random.default_rng(3)
    means, deviations = rng.uniform(0, 2, 1024), rng.uniform(0.01, 1, 1024)
    return rng.normal(means, deviations, (count, 1024)).astype(np.float32)


def random_head() -> Head:
    rng = np.random.default_rng(4)
    weight = rng.standard_normal((5, 1024)).astype(np.float32) / np.float32(32)
    return Head(weight, rng.standard_normal(5).astype(np.float32))


def test_fit_scaling_is_scikit_learns() -> None:
    features = random_features()
    scaling, theirs = fit_scaling(features), StandardScaler().fit(features.astype(np.float64))
    np.testing.assert_allclose(scaling.mean, theirs.mean_, rtol=1e-6)
    np.testing.assert_allclose(scaling.deviation, theirs.scale_, rtol=1e-6)
    np.testing.assert_allclose(
        scaling(features), theirs.transform(features.astype(np.float64)), atol=1e-4
    )


def test_scaled_training_features_have_no_mean_and_unit_deviation() -> None:
    features = random_features()
    scaled = fit_scaling(features)(features)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(scaled.std(axis=0), 1, rtol=1e-4)


def test_a_constant_feature_stays_finite() -> None:
    features = random_features()
    features[:, 7] = 0.25
    scaling = fit_scaling(features)
    assert scaling.deviation[7] == 1
    assert (scaling(features)[:, 7] == 0).all()
    assert np.isfinite(scaling(features)).all()


def test_scaling_of_keeps_float32() -> None:
    scaling = scaling_of(np.array([1.0, 2.0]), np.array([0.0, 4.0]))
    assert {scaling.mean.dtype, scaling.deviation.dtype} == {np.dtype(np.float32)}
    assert scaling.deviation.tolist() == [1, 4]


def test_fold_equals_scaling_then_head() -> None:
    features, head = random_features(), random_head()
    scaling = fit_scaling(features)
    folded = fold(head, scaling)
    assert {folded.weight.dtype, folded.bias.dtype} == {np.dtype(np.float32)}
    wanted = head.logits(scaling(features))
    # Both are float32 sums of 1,024 products; the folded ones are larger by 1 / deviation.
    scale = np.abs(folded.weight).sum(axis=1).max()
    np.testing.assert_allclose(folded.logits(features), wanted, rtol=1e-5, atol=1e-5 * scale / 32)
    assert (folded.logits(features).argmax(axis=1) == wanted.argmax(axis=1)).all()


def test_fold_by_hand() -> None:
    head = Head(np.array([[2, 3]], np.float32), np.array([1], np.float32))
    scaling = Scaling(np.array([10, 20], np.float32), np.array([4, 5], np.float32))
    folded = fold(head, scaling)
    np.testing.assert_allclose(folded.weight, [[0.5, 0.6]], rtol=1e-6)
    np.testing.assert_allclose(folded.bias, [1 - 5 - 12], rtol=1e-6)


def test_a_temperature_divides_the_logits() -> None:
    features, head = random_features(), random_head()
    folded = fold_temperature(head, 1.7)
    assert {folded.weight.dtype, folded.bias.dtype} == {np.dtype(np.float32)}
    # Weights are rounded to float32, then 1,024 products added up.
    np.testing.assert_allclose(folded.logits(features), head.logits(features) / 1.7, atol=1e-3)


def test_logits() -> None:
    head = Head(np.array([[1, 2], [3, 4], [0, 0]], np.float32), np.array([5, 6, 7], np.float32))
    assert head.logits(np.array([[10, 100]], np.float32)).tolist() == [[215, 436, 7]]


def test_softmax() -> None:
    probability = softmax(np.array([[0, 0], [np.log(3), 0]], np.float32))
    assert probability.dtype == np.float32
    np.testing.assert_allclose(probability, [[0.5, 0.5], [0.75, 0.25]], rtol=1e-6)


@pytest.mark.parametrize("large", [1e4, -1e4])
def test_softmax_does_not_overflow(large: float) -> None:
    probability = softmax(np.array([[large, large, 0]], np.float32))
    assert np.isfinite(probability).all()
    np.testing.assert_allclose(probability.sum(), 1, rtol=1e-6)
