"""Figures of predictions against scikit-learn's."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle

from tasks.evaluation.record import EvaluationRecord
from tasks.evaluation.tally import Tally, evaluate, rank_of_label

RECORDS = st.integers(1, 60)


def predictions(records: int, classes: int, seed: int) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    probability = random.dirichlet(np.full(classes, 0.5), records).astype(np.float32)
    return probability, random.integers(0, classes, records)


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@given(RECORDS, st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_figures_are_those_of_scikit_learn(records: int, classes: int, seed: int) -> None:
    probability, label = predictions(records, classes, seed)
    found, answer = evaluate(probability, label), probability.argmax(axis=1)
    names = range(classes)
    assert found.records == records
    assert found.correct == oracle.accuracy_score(label, answer, normalize=False)
    # All are means of a few float64; the log loss is of the same float32 probabilities, which
    # scikit-learn scales to a sum of 1 in float32, a change of 1e-7 and less for each.
    assert found.macro_f1 == pytest.approx(oracle.f1_score(label, answer, average="macro"))
    balanced = oracle.recall_score(
        label, answer, average="macro", labels=np.unique(label), zero_division=0
    )
    assert found.balanced_accuracy == pytest.approx(balanced)
    assert found.log_loss == pytest.approx(
        oracle.log_loss(label, probability, labels=names), rel=1e-5, abs=1e-6
    )
    if classes > 5:
        top5 = oracle.top_k_accuracy_score(label, probability, k=5, labels=names)
        assert found.top5 == pytest.approx(top5)
    else:
        assert found.top5 is None
        assert found.top5_interval is None


def test_balanced_accuracy_is_scikit_learns_own() -> None:
    probability, label = predictions(200, 4, seed=1)
    expected = oracle.balanced_accuracy_score(label, probability.argmax(axis=1))
    assert evaluate(probability, label).balanced_accuracy == pytest.approx(expected)


@given(RECORDS, st.integers(2, 7), st.integers(0, 2**32 - 1), st.integers(1, 59))
def test_batches_change_nothing(records: int, classes: int, seed: int, first: int) -> None:
    probability, label = predictions(records, classes, seed)
    tally = Tally(classes)
    tally.add(probability[:first], label[:first])
    tally.add(probability[first:], label[first:])
    whole, found = evaluate(probability, label), tally.evaluation()
    assert (tally.records, tally.top1) == (records, whole.correct / records)
    # The order of a sum of float64 is another one.
    assert found.log_loss == pytest.approx(whole.log_loss, rel=1e-12)
    assert rest(found) == rest(whole)


def rest(found: EvaluationRecord) -> dict[str, Any]:
    return {**vars(found), "log_loss": None}


class TestEdges:
    def test_all_wrong_and_all_right(self) -> None:
        probability = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
        right, wrong = (evaluate(probability, np.array(label)) for label in ([0, 1], [1, 0]))
        assert (right.correct, right.macro_f1, right.balanced_accuracy) == (2, 1.0, 1.0)
        assert (wrong.correct, wrong.macro_f1, wrong.balanced_accuracy) == (0, 0.0, 0.0)
        assert wrong.interval[0] == 0.0
        assert right.interval[1] == 1.0

    def test_records_of_one_class(self) -> None:
        probability = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6]], np.float32)
        found = evaluate(probability, np.zeros(3, np.int64))
        # The other class was predicted once and never right: its F1 is 0, and it has no recall.
        assert found.balanced_accuracy == pytest.approx(2 / 3)
        assert found.macro_f1 == pytest.approx(0.8 / 2)

    def test_a_probability_of_zero_has_a_finite_loss(self) -> None:
        found = evaluate(np.array([[1.0, 0.0]], np.float32), np.array([1]))
        assert found.log_loss == pytest.approx(-np.log(np.finfo(np.float32).eps))

    def test_of_equals_the_first_class_is_the_more_probable_one(self) -> None:
        probability = np.full((6, 6), 1 / 6, np.float32)
        label = np.arange(6)
        assert rank_of_label(probability, label).tolist() == [0, 1, 2, 3, 4, 5]
        found = evaluate(probability, label)
        assert (found.correct, found.top5) == (1, 5 / 6)

    @given(RECORDS, st.integers(2, 9), st.integers(0, 2**32 - 1))
    def test_the_first_place_is_argmax(self, records: int, classes: int, seed: int) -> None:
        probability, label = predictions(records, classes, seed)
        # With a digit, there are equals.
        probability = probability.round(1)
        first = rank_of_label(probability, label) == 0
        np.testing.assert_array_equal(first, probability.argmax(axis=1) == label)
