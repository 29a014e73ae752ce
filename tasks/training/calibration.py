"""Calibration of a trained head: its temperature, chosen and folded into its weights."""

import logging
import math
from dataclasses import replace

from tasks.evaluation.held_out import HeldOut
from tasks.evaluation.record import CalibrationRecord
from tasks.evaluation.temperature import fit_temperature, log_loss
from tasks.models.head import fold_temperature
from tasks.training.trained import Trained

logger = logging.getLogger(__name__)

#: Fewest held-out records: of so many, a temperature is known to about a quarter of itself.
LEAST_RECORDS = 30


def calibrate(trained: Trained, *, wanted: bool) -> Trained:
    """Return the training with a head of calibrated probabilities, and how it was calibrated.

    Where nothing tells a temperature, the head stays as it is and the record has the reason.

    Args:
        trained: head and held-out logits.
        wanted: the param ``calibrate``.
    """
    record = _record(trained.held_out, wanted=wanted)
    logger.info("calibration: %s", record.clause())
    head = trained.head
    if record.temperature != 1:
        head = fold_temperature(head, record.temperature)
    return replace(trained, head=head, calibration=record)


def _record(held_out: HeldOut | None, *, wanted: bool) -> CalibrationRecord:
    if not wanted:
        return _uncalibrated("calibrate is off")
    if held_out is None:
        return _uncalibrated(
            "not calibrated: no training records were held out (tune and patience hold some out)"
        )
    records = len(held_out.label)
    if records < LEAST_RECORDS:
        return _uncalibrated(
            f"not calibrated: only {records} training records were held out, expected "
            f"{LEAST_RECORDS} or more"
        )
    temperature = fit_temperature(held_out)
    about = f"of {records:,} held-out training records"
    if temperature == 0:
        return _uncalibrated(f"not calibrated: the head is right on every one {about}")
    if math.isinf(temperature):
        return _uncalibrated(
            f"not calibrated: the head is no better than chance on {records:,} held-out training "
            "records"
        )
    before, after = log_loss(held_out), log_loss(held_out, temperature)
    return CalibrationRecord(
        temperature=temperature,
        why=f"which lowers the log loss {about} from {before:.4f} to {after:.4f}",
        records=records,
        loss_before=before,
        loss_after=after,
    )


def _uncalibrated(why: str) -> CalibrationRecord:
    return CalibrationRecord(temperature=1.0, why=why)
