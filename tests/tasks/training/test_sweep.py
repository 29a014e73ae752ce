"""Sweeps in memory, against scikit-learn's cross-validation with the same folds and strengths."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from support.features import features_of
from tasks.features.store import Features
from tasks.training.folds import fold_of
from tasks.training.methods import balanced_weights
from tasks.training.sources import MemorySource
from tasks.training.sweep import FOLDS, can_sweep, fallback, strengths, sweep
from tasks.training.turned import Turned, measure, turn

CLASSES, SIZE = 3, 12


def some(records: int = 150, seed: int = 0, classes: int = CLASSES) -> Features:
    random = np.random.default_rng(seed)
    label = random.integers(0, classes, records)
    centre = random.normal(size=(CLASSES, SIZE))
    noise = random.normal(size=(records, SIZE)) * np.geomspace(1, 5, SIZE)
    return features_of((0.7 * centre[label] + noise + 3).astype(np.float32), label)


def turned(features: Features, *, standardize: bool = True, balanced: bool = False) -> Turned:
    source = MemorySource(features, ThreadPoolExecutor(2))
    measured = measure(source, CLASSES)
    weight = balanced_weights(measured.counts) if balanced else np.ones(CLASSES)
    return turn(source, measured, weight.astype(np.float64), standardize=standardize)


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("balanced", [True, False])
def test_the_sweep_is_scikit_learns_cross_validation(standardize: bool, balanced: bool) -> None:
    features = some()
    records = turned(features, standardize=standardize, balanced=balanced).records
    answers = sweep(records, None)
    x = features.feature.astype(np.float64)
    x = (x - x.mean(axis=0)) / (x.std(axis=0) if standardize else 1)
    fold = fold_of(features.digest, FOLDS)
    weight: npt.NDArray[np.float64] = np.ones(len(x))
    if balanced:
        of_class = balanced_weights(np.bincount(features.label, minlength=CLASSES))
        weight = of_class[features.label].astype(np.float64)
    theirs = []
    for strength in answers.tried:
        p = np.zeros((len(x), CLASSES))
        for each in range(FOLDS):
            seen = fold != each
            model = LogisticRegression(
                C=1 / (strength.l2 * weight[seen].sum()), tol=1e-8, max_iter=5000
            )
            model.fit(x[seen], features.label[seen], sample_weight=weight[seen])
            p[~seen] = model.predict_proba(x[~seen])
        theirs.append(log_loss(features.label, p, sample_weight=weight))
        # The sweep's fits are as coarse as that.
        assert strength.log_loss == pytest.approx(theirs[-1], rel=5e-3)
        right = (p.argmax(axis=1) == features.label).mean()
        assert strength.top1 == pytest.approx(right, abs=2.5 / len(x))
    assert answers.best is answers.tried[int(np.argmin(theirs))]
    # It has seen the loss rise on either side.
    assert answers.best not in (answers.tried[0], answers.tried[-1])


def test_the_answers_are_out_of_fold_and_in_order() -> None:
    features = some()
    answers = sweep(turned(features).records, 0.1)
    assert [strength.l2 for strength in answers.tried] == [0.1]
    assert answers.held_out.logits.shape == (150, CLASSES)
    np.testing.assert_array_equal(answers.held_out.label, features.label)
    right = answers.held_out.logits.argmax(axis=1) == features.label
    assert right.mean() == answers.best.top1


def test_strengths_are_in_the_unit_of_the_features() -> None:
    assert strengths(1.0)[:4] == [10.0, 3.2, 1.0, 0.32]
    assert strengths(0.001)[:3] == [0.01, 0.0032, 0.001]
    assert fallback(0.001) == 1e-4
    assert sweep(turned(some()).records, None).tried[0].l2 == 10.0


def test_features_in_another_unit_have_the_same_answers() -> None:
    features = some()
    large = features_of(features.feature * np.float32(1e15), features.label)
    large = Features(large.feature, large.label, features.digest)
    ours, theirs = (sweep(turned(f, standardize=False).records, None) for f in (features, large))
    assert [s.top1 for s in ours.tried] == pytest.approx([s.top1 for s in theirs.tried], abs=0.01)
    assert theirs.best.l2 == pytest.approx(ours.best.l2 * 1e30, rel=0.1)


def test_a_repeated_sweep_is_the_same_to_the_last_bit() -> None:
    first, second = (sweep(turned(some()).records, None) for _ in range(2))
    assert first.tried == second.tried
    np.testing.assert_array_equal(first.held_out.logits, second.held_out.logits)


class TestOddData:
    def test_a_class_without_records(self) -> None:
        answers = sweep(turned(some(60, classes=2), balanced=True).records, None)
        assert np.isfinite(answers.best.log_loss)
        assert not (answers.held_out.logits.argmax(axis=1) == 2).any()

    def test_one_class_at_all(self) -> None:
        answers = sweep(turned(some(40, classes=1)).records, None)
        assert answers.best.top1 == 1.0
        assert np.isfinite(answers.held_out.logits).all()

    def test_a_class_that_is_in_one_fold_alone(self) -> None:
        features = some(100)
        features.label[:] = np.where(fold_of(features.digest, FOLDS) == 2, 2, features.label % 2)
        answers = sweep(turned(features, balanced=True).records, None)
        assert all(np.isfinite(strength.log_loss) for strength in answers.tried)

    def test_fewer_records_than_folds(self) -> None:
        records = turned(some(3, seed=1)).records
        assert can_sweep(records)
        assert np.isfinite(sweep(records, None).best.log_loss)

    def test_equal_pictures_cannot_be_swept_over(self) -> None:
        features = some(1)
        assert not can_sweep(turned(features.take(np.zeros(9, int))).records)

    @pytest.mark.parametrize("standardize", [True, False])
    def test_features_that_are_constant(self, standardize: bool) -> None:
        features = some(50)
        features.feature[:] = 7
        answers = sweep(turned(features, standardize=standardize).records, None)
        assert np.isfinite(answers.best.log_loss)
