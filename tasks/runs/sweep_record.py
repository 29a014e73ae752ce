"""Record of a sweep: strengths of the L2 penalty, compared by cross-validation."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Strength:
    """A strength, and the out-of-fold answers for the training records with it.

    Attributes:
        l2: strength of the penalty, on the features as they are trained on.
        standardize: the features are standardised; else they are raw.
        top1: accuracy.
        log_loss: mean cross entropy, weighted as the training is.
    """

    l2: float
    standardize: bool
    top1: float
    log_loss: float


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Strengths that were compared.

    Attributes:
        strengths: in the order in which they were tried.
        taken: the one that the head is trained with.
        why: why that one.
        folds: parts of the training records; each was answered by a head trained on the others.
        seconds: time of the sweep.
    """

    strengths: tuple[Strength, ...]
    taken: Strength
    why: str
    folds: int
    seconds: float

    def clause(self) -> str:
        """Return what was taken and why, ``l2 0.1 on raw features (...)``."""
        features = "standardised" if self.taken.standardize else "raw"
        return f"l2 {self.taken.l2:g} on {features} features ({self.why})"
