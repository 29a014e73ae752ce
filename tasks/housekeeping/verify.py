"""``graft verify``: checks the content of all artefacts of a home."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.housekeeping.amounts import show_bytes, show_count
from tasks.housekeeping.inventory import artifacts
from tasks.housekeeping.item import UNFINISHED, Item
from tasks.housekeeping.remote import remote_artifacts
from tasks.spark.files import HadoopFiles
from tasks.storage.files import LOCAL, Files
from tasks.storage.local_files import storage_errors
from tasks.storage.manifest import MANIFEST
from tasks.storage.paths import Home
from tasks.storage.proof import Damage, damage_of


@dataclass(frozen=True)
class Checked:
    """An artefact that was checked.

    Attributes:
        item: the artefact.
        damage: its first damage, None if it is whole.
    """

    item: Item
    damage: Damage | None

    def line(self) -> str:
        """Return a line about it."""
        return f"{self.item.kind:<12} {self.item.path.name}  {self._verdict()}"

    def _verdict(self) -> str:
        if self.damage:
            return f"DAMAGED: {self.damage.file} {self.damage.reason}"
        if self.item.kind == UNFINISHED:
            return "unfinished: the next run goes on with it"
        if self.item.manifest and not self.item.manifest.sha256:
            return "ok by size: a version without digests made it"
        return "ok"


def verify(home: Home, remote: HadoopFiles | None = None) -> Iterator[Checked]:
    """Check every artefact; yield it when that is done.

    Args:
        home: the home.
        remote: the files of a remote home.
    """
    for item in artifacts(home):
        yield Checked(item, _damage(item, LOCAL))
    if remote:
        for item in remote_artifacts(home, remote):
            yield Checked(item, _damage(item, remote))


def _damage(item: Item, files: Files) -> Damage | None:
    return None if item.kind == UNFINISHED else damage_of(item.path, files=files)


def summary(checked: Sequence[Checked]) -> str:
    """Return a line about all artefacts."""
    size = show_bytes(sum(one.item.size for one in checked))
    damaged = sum(one.damage is not None for one in checked)
    makes_anew = "a run that needs one makes it anew"
    found = f"{damaged:,} damaged: {makes_anew}" if damaged else "none is damaged"
    return f"{show_count(len(checked), 'artefact', 'artefacts')}, {size}: {found}"


def delete_damaged(one: Checked, remote: HadoopFiles | None = None) -> None:
    """Delete a damaged file and the manifest, without which an artefact is made anew."""
    if not one.damage:
        return
    for name in (MANIFEST, one.damage.file):
        path = one.item.path / name
        if isinstance(path, Path):
            with storage_errors(path):
                path.unlink(missing_ok=True)
        elif remote:
            remote.delete(path)
