import logging
import math

import numpy as np
import pytest
from scipy.special import softmax

from tasks.evaluation.held_out import HeldOut
from tasks.evaluation.record import CalibrationRecord
from tasks.evaluation.tally import evaluate
from tasks.evaluation.temperature import fit_temperature
from tasks.models.head import FloatArray, Head
from tasks.models.head import softmax as softmax_of_head
from tasks.runs.training_record import Epoch
from tasks.training.calibration import LEAST_RECORDS, calibrate
from tasks.training.trained import Trained

RECORDS, CLASSES, SIZE = 4000, 4, 6
EPOCHS: list[Epoch] = []


@pytest.fixture(scope="module")
def features() -> FloatArray:
    return np.random.default_rng(1).normal(size=(RECORDS, SIZE)).astype(np.float32)


@pytest.fixture(scope="module")
def head() -> Head:
    random = np.random.default_rng(2)
    weight = random.normal(0, 2, (CLASSES, SIZE)).astype(np.float32)
    return Head(weight, random.normal(size=CLASSES).astype(np.float32))


@pytest.fixture(scope="module")
def held_out(features: FloatArray, head: Head) -> HeldOut:
    """A head that is twice as sure as it may be."""
    logits = head.logits(features)
    ends = softmax(logits.astype(np.float64) / 2, axis=1).cumsum(axis=1)
    drawn = np.random.default_rng(3).random((RECORDS, 1))
    return HeldOut(logits, (drawn > ends).sum(axis=1).clip(0, CLASSES - 1))


def calibrated(
    head: Head, held_out: HeldOut | None, *, wanted: bool = True
) -> tuple[Head, CalibrationRecord]:
    found = calibrate(Trained(head, EPOCHS, (), held_out=held_out), wanted=wanted)
    assert found.epochs is EPOCHS
    assert found.calibration is not None
    return found.head, found.calibration


def part(held_out: HeldOut, records: int) -> HeldOut:
    return HeldOut(held_out.logits[:records], held_out.label[:records])


def test_the_temperature_is_folded_into_weights_and_bias(
    head: Head, held_out: HeldOut, features: FloatArray, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        folded, record = calibrated(head, held_out)
    assert record.temperature == fit_temperature(held_out) == pytest.approx(2, rel=0.1)
    assert record.records == RECORDS
    assert folded.weight.dtype == folded.bias.dtype == np.float32
    # Rounding of float32 weights, over a few products.
    np.testing.assert_allclose(
        folded.logits(features), held_out.logits / record.temperature, rtol=1e-4, atol=1e-5
    )
    assert f"calibration: {record.clause()}" in caplog.text
    assert record.clause().startswith(f"temperature {record.temperature:.4g}, which lowers the log")
    assert "log loss of 4,000 held-out training records from" in record.clause()


def test_confidence_comes_true_and_predictions_stay(
    head: Head, held_out: HeldOut, features: FloatArray
) -> None:
    folded, record = calibrated(head, held_out)
    before, after = (
        evaluate(softmax_of_head(one.logits(features)), held_out.label) for one in (head, folded)
    )
    assert after.correct == before.correct
    assert before.calibration_error > 0.1
    assert after.calibration_error < 0.03
    assert record.loss_before == pytest.approx(before.log_loss, rel=1e-5)
    assert record.loss_after == pytest.approx(after.log_loss, rel=1e-5)


def test_what_tells_no_temperature_leaves_the_head_and_says_why(
    head: Head, held_out: HeldOut
) -> None:
    right = HeldOut(held_out.logits, held_out.logits.argmax(axis=1))
    wrong = HeldOut(held_out.logits, held_out.logits.argmin(axis=1))
    assert math.isinf(fit_temperature(wrong))
    for given, wanted, said in (
        (held_out, False, "calibrate is off"),
        (None, True, "no training records were held out (tune and patience hold some out)"),
        (
            part(held_out, LEAST_RECORDS - 1),
            True,
            "not calibrated: only 29 training records were held out, expected 30 or more",
        ),
        (right, True, "the head is right on every one of 4,000 held-out training records"),
        (wrong, True, "the head is no better than chance on 4,000 held-out"),
    ):
        same, record = calibrated(head, given, wanted=wanted)
        assert same is head
        assert (record.temperature, record.records, record.loss_before) == (1.0, 0, None)
        assert said in record.clause()
        assert record.clause().startswith("temperature 1, ")


def test_enough_records_are_enough(head: Head, held_out: HeldOut) -> None:
    _, record = calibrated(head, part(held_out, LEAST_RECORDS))
    assert record.records == LEAST_RECORDS
