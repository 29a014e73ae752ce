"""Inventory of a remote GRAFT_HOME, and deletion there.

Locks do not reach other machines, so these items are told by age alone, and nothing is deleted
while this machine trains.
"""

from collections import defaultdict
from collections.abc import Iterator

from tasks.errors import DataError
from tasks.housekeeping.item import UNFINISHED, Item
from tasks.housekeeping.roots import is_locked
from tasks.spark.files import HadoopFiles
from tasks.storage.locations import RemotePath
from tasks.storage.manifest import MANIFEST, Manifest, read_manifest
from tasks.storage.paths import Home


def remote_artifacts(home: Home, files: HadoopFiles) -> Iterator[Item]:
    """Yield the artefacts of a remote home, finished or not; none if the home is local."""
    for kind, folder in home.shared_artifacts().items():
        sizes: defaultdict[str, int] = defaultdict(int)
        changed: defaultdict[str, float] = defaultdict(float)
        names: defaultdict[str, set[str]] = defaultdict(set)
        for name, facts in files.facts(folder).items():
            digest, _, file = name.partition("/")
            sizes[digest] += facts.size
            changed[digest] = max(changed[digest], facts.changed)
            names[digest].add(file)
        for digest, size in sorted(sizes.items()):
            path = folder / digest
            finished = MANIFEST in names[digest]
            manifest = _manifest(path, files) if finished else None
            kind_of = kind if finished else UNFINISHED
            yield Item(kind_of, path, size, changed[digest], manifest=manifest)


def is_training(home: Home) -> bool:
    """Return True if a job of this machine makes a model of this home."""
    return any(is_locked(lock) for lock in home.models.glob(".*.lock"))


def delete_remote(item: Item, files: HadoopFiles) -> int:
    """Delete a remote artefact, its manifest first; return its bytes."""
    files.delete(item.path / MANIFEST)
    files.delete(item.path)
    return item.size


def _manifest(path: RemotePath, files: HadoopFiles) -> Manifest | None:
    try:
        return read_manifest(path, files)
    except (FileNotFoundError, ValueError, DataError):
        return None
