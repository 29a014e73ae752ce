"""Plan of scores: all that they are made of."""

from dataclasses import asdict, dataclass
from typing import Any

from tasks.params.scoring import ScoreFormat

#: Version of the files; part of the plan, so raising it makes other scores.
FORMAT = 1
_WORDS = {
    "pictures": "other pictures",
    "state": "pictures that have changed since",
    "model": "another model",
    "engine": "another feature engine",
    "output": "another format",
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Input of a scoring: the same plan always makes the same parts.

    Attributes:
        pictures: place of the pictures, without secrets.
        layout: of them.
        state: digest of the files' paths, sizes and times, or of their content.
        model: digest of the model.
        engine: the feature engine.
        output: format of the parts.
        parts: how many there are.
        format: version of the files.
    """

    pictures: str
    layout: str
    state: str
    model: str
    engine: str
    output: ScoreFormat
    parts: int
    format: int = FORMAT

    def as_json(self) -> dict[str, Any]:
        """Return the plan as JSON types."""
        return asdict(self)

    def difference(self, other: "Plan") -> str:
        """Return what scores of another plan are of, a clause; empty if there is no difference."""
        for name, words in _WORDS.items():
            there, wanted = getattr(other, name), getattr(self, name)
            if there != wanted:
                told = "" if name == "state" else f" ({there}, and not {wanted})"
                return f"{words}{told}"
        return "" if other == self else "another version of Graft"
