"""Record of the records that a model was trained and measured without."""

from dataclasses import asdict, dataclass
from typing import Any

#: File of a model with the records left out, a JSON object a line; only where a list was given.
EXCLUDED = "excluded.jsonl"
#: Most entries that no record has of which a run records the text.
MOST_UNKNOWN = 20


@dataclass(frozen=True, kw_only=True)
class ExclusionRecord:
    """Records that the list of the param ``exclude`` left out, counted.

    Attributes:
        digest: SHA-256 of the list's entries.
        entries: how many entries the list has.
        records: number of records left out, by split.
        class_counts: number of records of each class that stayed, in label order, by split.
        unknown_count: how many entries no record has.
        unknown: the first ``MOST_UNKNOWN`` of them, as lines of visible characters.
    """

    digest: str
    entries: int
    records: dict[str, int]
    class_counts: dict[str, tuple[int, ...]]
    unknown_count: int = 0
    unknown: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON types."""
        return asdict(self)

    def sentence(self) -> str:
        """Return what was left out as a clause, without a full stop."""
        counts = [f"{count:,} {split}" for split, count in self.records.items()]
        parts = f"{', '.join(counts[:-1])} and {counts[-1]}" if counts[1:] else "".join(counts)
        return f"{parts} records were left out, by a list of {_counted(self.entries)}"

    def warning(self) -> str:
        """Return how many entries no record has, and which; empty if there are none."""
        if not self.unknown_count:
            return ""
        verb = "names" if self.unknown_count == 1 else "name"
        more = ", ..." if self.unknown_count > len(self.unknown) else ""
        return (
            f"{_counted(self.unknown_count)} of exclude {verb} no record: "
            f"{', '.join(map(repr, self.unknown))}{more}"
        )


def _counted(entries: int) -> str:
    return f"{entries:,} {'entry' if entries == 1 else 'entries'}"
