"""Record of the data set of a run: what ``extract_dataset`` found, counted and left out."""

from dataclasses import asdict, dataclass
from typing import Any

#: Most pictures that were left out of which a run records name and reason; the data set has all.
MOST_SKIPPED = 100


@dataclass(frozen=True, kw_only=True)
class SkippedPicture:
    """A picture that was left out.

    Attributes:
        name: in its source, as one line of visible characters.
        reason: why, likewise.
    """

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DataRecord:
    """Facts of a data set: what was found in its source, and what was done to it.

    Attributes:
        layout: folder, list, parquet or tfrecord.
        class_counts: records of each class, in label order, by split.
        counts: of pictures and files that were read, stored anew, left out and so on, by name.
        notes: what was done, in sentences.
        warnings: what looks odd, in sentences; they quote names from outside.
        skipped: the first ``MOST_SKIPPED`` pictures that were left out.
    """

    layout: str
    class_counts: dict[str, tuple[int, ...]]
    counts: dict[str, int]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    skipped: tuple[SkippedPicture, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON types."""
        return asdict(self)

    def sentence(self) -> str:
        """Return layout, counts and notes as a clause, without a full stop."""
        read = self.counts.get("read", sum(map(sum, self.class_counts.values())))
        skipped, warnings = self.counts.get("skipped", 0), len(self.warnings)
        parts = [
            f"read as {self.layout}, {_counted(read, 'picture')}",
            *self.notes,
            f"{_counted(skipped, 'picture')} skipped" if skipped else "",
            _counted(warnings, "warning") if warnings else "",
        ]
        return "; ".join(part for part in parts if part)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
