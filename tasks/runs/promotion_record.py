"""Record of a run's promotion: whether its model became the champion, and why."""

from dataclasses import dataclass

from tasks.evaluation.interval import accuracy_text


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A new model and the champion on the same validation records.

    Attributes:
        champion: the champion's number.
        records: how many records both were measured on.
        correct: right answers of the new model.
        champion_correct: right answers of the champion.
        only_new: records that only the new model gets right.
        only_champion: records that only the champion gets right.
        p_value: two-sided p-value of McNemar's test, from 0 to 1.
        about: what else is to be said of the records, a clause; empty if nothing is.
    """

    champion: int
    records: int
    correct: int
    champion_correct: int
    only_new: int
    only_champion: int
    p_value: float
    about: str = ""

    @property
    def top1(self) -> float:
        """Top-1 accuracy of the new model, from 0 to 1."""
        return self.correct / self.records

    @property
    def champion_top1(self) -> float:
        """Top-1 accuracy of the champion, from 0 to 1."""
        return self.champion_correct / self.records

    def clause(self) -> str:
        """Return the figures as a clause."""
        about = f" ({self.about})" if self.about else ""
        plural = "" if self.records == 1 else "s"
        return (
            f"{accuracy_text(self.top1, self.records)} against "
            f"{accuracy_text(self.champion_top1, self.records)} of version {self.champion} on the "
            f"same {self.records:,} validation record{plural}{about}, McNemar p = "
            f"{self.p_value:.2g}"
        )


@dataclass(frozen=True, kw_only=True)
class PromotionRecord:
    """Decision about a run's model.

    Attributes:
        version: its number in the registry.
        promoted: whether the run made it the champion.
        why: a clause.
        comparison: the figures; None where there was no champion to compare it with, or none that
            could be measured.
    """

    version: int
    promoted: bool
    why: str
    comparison: Comparison | None = None

    def sentence(self) -> str:
        """Return the decision as a clause, without a full stop."""
        return f"{self.word}: version {self.version}, {self.why}"

    @property
    def word(self) -> str:
        """``promoted`` or ``not promoted``."""
        return "promoted" if self.promoted else "not promoted"
