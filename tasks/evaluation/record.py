"""Records of an evaluation and of a calibration, as ``metrics.json`` has them."""

from dataclasses import dataclass

from tasks.evaluation.interval import wilson_interval


@dataclass(frozen=True, kw_only=True)
class ReliabilityBin:
    """Records whose confidence lies in one interval: a bar of a reliability diagram.

    Attributes:
        low, high: bounds of the confidence; ``low`` itself belongs to the bin below.
        records: how many there are.
        correct: those whose prediction is right.
        confidence: their mean confidence; None where there are no records.
    """

    low: float
    high: float
    records: int
    correct: int
    confidence: float | None

    @property
    def accuracy(self) -> float | None:
        """Share of the records whose prediction is right; None where there are no records."""
        return self.correct / self.records if self.records else None


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Outcome of answering only the records of a confidence above a threshold.

    Attributes:
        above: the threshold.
        answered: records of a higher confidence.
        correct: those whose prediction is right.
    """

    above: float
    answered: int
    correct: int

    @property
    def accuracy(self) -> float | None:
        """Share of the answered records that are right; None where none is answered."""
        return self.correct / self.answered if self.answered else None


@dataclass(frozen=True, kw_only=True)
class EvaluationRecord:
    """Evaluation of a model on records that it was not trained on.

    A record's confidence is the probability of its prediction.

    Attributes:
        records: how many there are.
        correct: those whose most probable class is their label.
        interval: 95 % interval of their share, the top-1 accuracy (Wilson).
        top5: share whose label is among the five most probable classes; None of five classes or
            fewer.
        top5_interval: its 95 % interval.
        macro_f1: mean F1 of the classes that occur, as a label or as a prediction.
        balanced_accuracy: mean recall of the classes that have records.
        log_loss: mean negative log-probability of the label.
        calibration_error: expected calibration error: mean distance of confidence and accuracy in
            the bins, weighted by records.
        bins: of a reliability diagram, from 0 to 1.
        thresholds: what is answered above some confidences, and how much of it is right.
    """

    records: int
    correct: int
    interval: tuple[float, float]
    top5: float | None
    top5_interval: tuple[float, float] | None
    macro_f1: float
    balanced_accuracy: float
    log_loss: float
    calibration_error: float
    bins: tuple[ReliabilityBin, ...]
    thresholds: tuple[Threshold, ...]

    @property
    def top1(self) -> float:
        """Top-1 accuracy, from 0 to 1."""
        return self.correct / self.records

    def figures(self) -> dict[str, float]:
        """Return every single number but the accuracy itself, by name."""
        top5 = {}
        if self.top5 is not None:
            top5 = {"top5": self.top5, **_bounds("top5", self.top5, self.records)}
        return {
            **_bounds("top1", self.top1, self.records),
            **top5,
            "macro_f1": self.macro_f1,
            "balanced_accuracy": self.balanced_accuracy,
            "log_loss": self.log_loss,
            "calibration_error": self.calibration_error,
        }


@dataclass(frozen=True, kw_only=True)
class CalibrationRecord:
    """Calibration of a head by one temperature (Guo et al. 2017).

    Attributes:
        temperature: what its logits were divided by; 1 leaves them as they were.
        why: where it comes from, a clause.
        records: held-out training records that it was chosen on; 0 where it was not chosen.
        loss_before: their log loss at temperature 1; None where none was chosen.
        loss_after: their log loss at this temperature.
    """

    temperature: float
    why: str
    records: int = 0
    loss_before: float | None = None
    loss_after: float | None = None

    def clause(self) -> str:
        """Return temperature and reason as a clause."""
        return f"temperature {self.temperature:.4g}, {self.why}"


def _bounds(name: str, share: float, records: int) -> dict[str, float]:
    low, high = wilson_interval(share, records)
    return {f"{name}_low": low, f"{name}_high": high}
