from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from support.features import features_of
from tasks.errors import DataError
from tasks.features.store import Features
from tasks.training import turned as module
from tasks.training.folds import fold_of
from tasks.training.sources import MemorySource
from tasks.training.sweep import FOLDS
from tasks.training.turned import Turned, measure, turn

SIZE = 6


@pytest.fixture
def features() -> Features:
    random = np.random.default_rng(6)
    feature = random.normal(size=(80, SIZE)) * np.arange(1, SIZE + 1) - 4
    return features_of(feature.astype(np.float32), random.integers(0, 2, 80))


def turned(features: Features, *, standardize: bool) -> Turned:
    with ThreadPoolExecutor(2) as pool:
        source = MemorySource(features, pool)
        measured = measure(source, 3)
        return turn(source, measured, measured.counts / 2, standardize=standardize)


@pytest.mark.parametrize("standardize", [True, False])
def test_records_keep_labels_and_folds_and_have_counts(
    features: Features, standardize: bool
) -> None:
    records = turned(features, standardize=standardize).records
    np.testing.assert_array_equal(records.label, features.label)
    np.testing.assert_array_equal(records.fold, fold_of(features.digest, FOLDS))
    counts = np.bincount(features.label, minlength=3)
    np.testing.assert_array_equal(records.class_weight, counts / 2)
    np.testing.assert_array_equal(records.counts.sum(axis=0), counts)
    assert records.standardize is standardize
    variance = features.feature.var(axis=0).mean()
    assert records.l2_factor == pytest.approx(1 if standardize else variance, rel=1e-4)


def test_more_features_than_are_rotated(
    features: Features, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "is_rotated", lambda _: False)
    assert turned(features, standardize=True).rotation.vectors is None


@pytest.mark.parametrize("standardize", [True, False])
def test_features_that_are_constant_are_left_out(features: Features, standardize: bool) -> None:
    features.feature[:, 3:] = 1e3
    found = turned(features, standardize=standardize)
    assert len(found.records.spread) == 3
    head = found.rotation.head(np.ones((3, 3)), np.zeros(3))
    np.testing.assert_allclose(head.weight[:, 3:], 0, atol=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_no_numbers_are_told(features: Features, value: float) -> None:
    features.feature[4, 5] = value
    with pytest.raises(DataError, match=r"^feature 5 of the training records is not a finite numb"):
        turned(features, standardize=True)
