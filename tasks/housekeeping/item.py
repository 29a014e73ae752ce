"""Something in GRAFT_HOME that takes room, and that ``graft gc`` may delete."""

from dataclasses import dataclass
from pathlib import Path

from tasks.storage.locations import Location
from tasks.storage.manifest import Manifest

RUNS = "runs"
REGISTRY = "registry"
SNAPSHOTS = "snapshots"
UNFINISHED = "unfinished"
PARTIAL = "partial downloads"
LEFTOVERS = "left by killed runs"
TEMPORARY = "left by killed JVMs"


@dataclass(frozen=True, order=True)
class Ref:
    """Name of a run or of an artefact.

    Attributes:
        kind: ``runs``, or the kind of the artefact.
        name: the run's folder, or the artefact's digest.
    """

    kind: str
    name: str


@dataclass(frozen=True)
class Item:
    """A folder or file that takes room.

    Attributes:
        kind: a kind of artefacts, or one of this module's constants.
        path: where it is.
        size: bytes of its files.
        last_use: time at which it was last used or changed, in seconds since 1970.
        lock: a file that whoever works on it has locked, None if there is no such file.
        manifest: an artefact's; None for others, and if it is damaged.
    """

    kind: str
    path: Location
    size: int
    last_use: float
    lock: Path | None = None
    manifest: Manifest | None = None

    @property
    def ref(self) -> Ref:
        """The name by which others refer to it."""
        return Ref(self.kind, self.path.name)
