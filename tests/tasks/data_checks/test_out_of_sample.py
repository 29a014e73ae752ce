"""Against scikit-learn's linear discriminant analysis, fold by fold."""

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from tasks.data_checks import out_of_sample as module
from tasks.data_checks.label_errors import find_label_errors
from tasks.data_checks.out_of_sample import _SHRINKAGE, _logits, out_of_sample_probabilities

CLASSES, FOLDS = 4, 5


class Shrunk:
    """Covariance as scikit-learn's estimators give it, shrunk by the trace of one class."""

    def fit(self, x: npt.NDArray[np.float64]) -> "Shrunk":
        covariance = np.cov(x, rowvar=False, bias=True)
        size = len(covariance)
        identity = np.trace(covariance) / size * np.eye(size)
        self.covariance_ = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * identity
        return self


class Drawn:
    """Classes that are clouds around points, in no special directions."""

    def __init__(self, records: int, size: int = 12, spread: float = 1.0) -> None:
        random = np.random.default_rng(4)
        mix = random.normal(size=(size, size))
        points = random.normal(size=(CLASSES, size)) * spread
        self.label = random.integers(0, CLASSES, records)
        noise = random.normal(size=(records, size))
        self.feature = ((points[self.label] + noise) @ mix + 7).astype(np.float32)
        self.fold = random.integers(0, FOLDS, records)


def test_logits_are_those_of_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROWS", 31)
    drawn = Drawn(400)
    scaled = drawn.feature.astype(np.float64)
    scaled = (scaled - scaled.mean(0)) / scaled.std(0)
    logits = _logits(drawn.feature, drawn.label, drawn.fold, CLASSES)
    for fold in range(FOLDS):
        test = drawn.fold == fold
        lda = LinearDiscriminantAnalysis(solver="lsqr", covariance_estimator=Shrunk())
        lda.fit(scaled[~test], drawn.label[~test])
        # float32 in the solution of the equations.
        np.testing.assert_allclose(
            logits[test], lda.decision_function(scaled[test]), rtol=1e-3, atol=1e-3
        )


def test_no_label_of_a_fold_has_a_say_in_it() -> None:
    drawn = Drawn(300)
    label = np.where(drawn.fold == 2, (drawn.label + 1) % CLASSES, drawn.label)
    logits = _logits(drawn.feature, drawn.label, drawn.fold, CLASSES)
    others = _logits(drawn.feature, label, drawn.fold, CLASSES)
    mine = drawn.fold == 2
    np.testing.assert_allclose(others[mine], logits[mine], rtol=1e-4, atol=1e-4)
    assert np.abs(others[~mine] - logits[~mine]).max() > 0.1


def test_probabilities_are_as_sure_as_they_are_right() -> None:
    drawn = Drawn(2000, spread=0.4)
    found = out_of_sample_probabilities(drawn.feature, drawn.label, drawn.fold, CLASSES)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    right = found.argmax(axis=1) == drawn.label
    # Three standard errors of a share of 2,000.
    assert abs(found.max(axis=1).mean() - right.mean()) < 0.03


def test_a_class_that_only_one_fold_has_is_impossible_there() -> None:
    drawn = Drawn(200)
    label = np.where(drawn.label == 3, 0, drawn.label)
    label[0] = 3
    found = out_of_sample_probabilities(drawn.feature, label, drawn.fold, CLASSES + 1)
    assert np.isfinite(found).all()
    assert (found[drawn.fold == drawn.fold[0], 3] == 0).all()
    assert (found[:, CLASSES] == 0).all()


@pytest.mark.parametrize(("share", "precision", "recall"), [(0.03, 0.85, 0.95), (0.1, 0.95, 0.8)])
def test_flipped_labels_are_found(share: float, precision: float, recall: float) -> None:
    drawn = Drawn(2000, spread=1.5)
    random = np.random.default_rng(1)
    flipped = random.choice(2000, int(2000 * share), replace=False)
    label = drawn.label.copy()
    label[flipped] = (label[flipped] + random.integers(1, CLASSES, len(flipped))) % CLASSES
    found = out_of_sample_probabilities(drawn.feature, label, drawn.fold, CLASSES)
    errors = find_label_errors(found, label)
    hit = np.isin(errors.row, flipped)
    assert hit.mean() >= precision
    assert hit.sum() / len(flipped) >= recall
    # The surest come first.
    assert hit[: len(flipped) // 2].mean() >= 0.97
    right = errors.label[hit] == drawn.label[errors.row[hit]]
    assert right.mean() >= 0.95
