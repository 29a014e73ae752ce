"""Results of the checks of a data set, as a run keeps them."""

from dataclasses import asdict, dataclass
from typing import Any

#: The checks, in the order of the report; each has a list of this name.
CHECKS = ("exact_copies", "leaks", "near_copies", "label_errors", "far_pictures")


@dataclass(frozen=True, kw_only=True)
class CheckedRecord:
    """A record that a check found.

    Attributes:
        split, shard, record: where it is.
        name: of its picture, as one line of visible characters; empty where it has none.
        label: name of its class.
        digest: SHA-256 of its picture.
    """

    split: str
    shard: str
    record: int
    name: str
    label: str
    digest: str

    @property
    def title(self) -> str:
        """The picture's name, or its place in the data set where it has none."""
        return self.name or f"{self.shard}, record {self.record}"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that a check found.

    Attributes:
        records: the pictures to look at.
        words: what is to be said of them.
        entry: line of the list to exclude that mends it, without comment.
        excluded: which of the records the entry is about.
    """

    records: tuple[CheckedRecord, ...]
    words: str
    entry: str
    excluded: int = 0

    def line(self) -> str:
        """Return the line of the list, with a comment."""
        record = self.records[self.excluded]
        others = [f"{r.title} ({r.split}, {r.label})" for r in self.records if r is not record]
        beside = f"; see {', '.join(others)}" if others else ""
        return (
            f"{self.entry}  # {record.title} ({record.split}, {record.label}): {self.words}{beside}"
        )


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check: how much it found, and the first of it.

    Attributes:
        name: one of ``CHECKS``.
        count: how many findings there are.
        findings: the first of them.
        checked: how many records were looked at.
        not_made: why the check was not made; empty if it was.
        accuracy: share of the labels that the classifiers of the check agree with; None without.
    """

    name: str
    count: int = 0
    findings: tuple[Finding, ...] = ()
    checked: int = 0
    not_made: str = ""
    accuracy: float | None = None


@dataclass(frozen=True, kw_only=True)
class DataChecks:
    """All checks of a run's data set.

    Attributes:
        key: tells what was checked from all else.
        records: how many records there are.
        checks: in the order of ``CHECKS``; empty where the features cannot be read.
        not_made: why there are none; empty if there are.
        seconds: time that they took.
    """

    key: str
    records: int = 0
    checks: tuple[Check, ...] = ()
    not_made: str = ""
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON types."""
        return asdict(self)

    def sentence(self) -> str:
        """Return what was found as a clause, without a full stop."""
        if self.not_made:
            return f"the records were not checked: {self.not_made}"
        found = [f"{check.count:,} {WORDS[check.name]}" for check in self.checks if check.count]
        return ", ".join(found) or "nothing odd was found"


#: What a check counts.
WORDS = {
    "exact_copies": "exact copies",
    "leaks": "near copies in two splits",
    "near_copies": "near copies in one split",
    "label_errors": "labels that are probably wrong",
    "far_pictures": "pictures far from all others",
}
