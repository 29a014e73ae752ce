"""Counts of scored pictures: all that comes to the driver of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

_MOST_EXAMPLES = 3


@dataclass
class Counts:
    """Counts of a part, or of many.

    Attributes:
        pictures: rows, those with an error included.
        bad: rows with an error.
        classes: rows by the number of their class.
        examples: the first bad pictures by name, with the reason.
    """

    pictures: int = 0
    bad: int = 0
    classes: Counter[int] = field(default_factory=Counter)
    examples: list[tuple[str, str]] = field(default_factory=list)

    def note(self, name: str, label: int | None, error: str | None) -> None:
        """Count a row."""
        self.pictures += 1
        if error is not None:
            self.bad += 1
            self._show([(name, error)])
        elif label is not None:
            self.classes[label] += 1

    def merge(self, other: "Counts") -> "Counts":
        """Return these counts with others."""
        self.pictures += other.pictures
        self.bad += other.bad
        self.classes.update(other.classes)
        self._show(other.examples)
        return self

    def as_json(self) -> dict[str, Any]:
        """Return the counts as JSON types."""
        return {**vars(self), "classes": {str(k): v for k, v in sorted(self.classes.items())}}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Return the counts that ``as_json`` described."""
        return cls(
            pictures=int(content["pictures"]),
            bad=int(content["bad"]),
            classes=Counter({int(k): int(v) for k, v in content["classes"].items()}),
            examples=[(str(name), str(reason)) for name, reason in content["examples"]],
        )

    def _show(self, examples: list[tuple[str, str]]) -> None:
        self.examples = sorted({*self.examples, *examples})[:_MOST_EXAMPLES]
