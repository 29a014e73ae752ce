import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle

from tasks.evaluation.class_scores import (
    class_scores,
    confusion_matrix,
    majority_baseline,
    mean_of_finite,
    most_mistaken,
    row_shares,
)

CLASSES = 4


@given(
    st.lists(
        st.tuples(st.integers(0, CLASSES - 1), st.integers(0, CLASSES - 1)), min_size=1, max_size=50
    )
)
def test_all_figures_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    label, prediction = np.array(pairs, np.int32).T
    names = range(CLASSES)
    confusion = confusion_matrix(label=label, prediction=prediction, class_count=CLASSES)
    np.testing.assert_array_equal(
        confusion, oracle.confusion_matrix(label, prediction, labels=names)
    )
    scores = class_scores(confusion)
    precision, recall, f1, support = oracle.precision_recall_fscore_support(
        label, prediction, labels=names, zero_division=np.nan
    )
    np.testing.assert_allclose(scores.precision, precision)
    np.testing.assert_allclose(scores.recall, recall)
    np.testing.assert_array_equal(scores.support, support)
    # Where only one of precision and recall is 0 / 0, scikit-learn says 0 as we do.
    np.testing.assert_allclose(scores.f1, f1)


def test_shares_of_a_row_add_up_to_one_and_an_empty_row_has_none() -> None:
    shares = row_shares(np.array([[3, 1, 0], [0, 0, 0], [0, 2, 2]]))
    np.testing.assert_allclose(shares, [[0.75, 0.25, 0], [np.nan] * 3, [0, 0.5, 0.5]])


def test_baseline_is_the_most_common_label() -> None:
    baseline = majority_baseline(np.array([[1, 1, 0], [0, 4, 1], [3, 0, 0]]))
    assert baseline.label == 1
    assert baseline.top1 == pytest.approx(0.5)


def test_the_most_frequent_mistakes_come_first_and_what_is_right_is_none() -> None:
    confusion = np.array([[90, 1, 0], [3, 80, 0], [0, 2, 70]])
    assert most_mistaken(confusion, 9) == [(1, 0, 3), (2, 1, 2), (0, 1, 1)]
    assert most_mistaken(confusion, 1) == [(1, 0, 3)]
    assert most_mistaken(np.diag([1, 2]), 9) == []


def test_the_mean_leaves_out_what_is_not_finite() -> None:
    assert mean_of_finite(np.array([1.0, np.nan, 2.0, np.inf])) == 1.5


def test_the_mean_of_nothing_finite_is_nan_without_a_warning() -> None:
    assert np.isnan(mean_of_finite(np.array([np.nan])))
