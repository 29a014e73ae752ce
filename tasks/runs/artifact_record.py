"""Record of an artefact in the files of a run."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ArtifactRecord:
    """An artefact as the files of a run describe it, see ``Artifact``.

    Attributes:
        path: its folder, a path or a URL.
        digest: the digest of its recipe.
        reused: whether it existed before.
        seconds: time that it took to make or to find.
    """

    path: str
    digest: str
    reused: bool
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON types."""
        return asdict(self)
