"""``graft verify``: checks the content of all artefacts of a home."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.housekeeping.amounts import show_bytes, show_count
from tasks.housekeeping.inventory import artifacts
from tasks.housekeeping.item import REGISTRY, UNFINISHED, Item
from tasks.housekeeping.registries import check_registries
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
    """Check every artefact and every registry; yield it when that is done.

    Args:
        home: the home.
        remote: the files of a remote home.
    """
    for item in artifacts(home):
        yield Checked(item, _damage(item, LOCAL))
    if remote:
        for item in remote_artifacts(home, remote):
            yield Checked(item, _damage(item, remote))
    for item, damage in check_registries(home):
        yield Checked(item, damage)


def _damage(item: Item, files: Files) -> Damage | None:
    return None if item.kind == UNFINISHED else damage_of(item.path, files=files)


def summary(checked: Sequence[Checked]) -> str:
    """Return a line about all artefacts and registries."""
    artefacts = [one for one in checked if one.item.kind != REGISTRY]
    size = show_bytes(sum(one.item.size for one in artefacts))
    damaged = sum(one.damage is not None for one in artefacts)
    makes_anew = "a run that needs one makes it anew"
    found = f"{damaged:,} damaged: {makes_anew}" if damaged else "none is damaged"
    registries = sum(one.damage is not None for one in checked) - damaged
    also = f"; {show_count(registries, 'registry', 'registries')} damaged" if registries else ""
    return f"{show_count(len(artefacts), 'artefact', 'artefacts')}, {size}: {found}{also}"


def delete_damaged(one: Checked, remote: HadoopFiles | None = None) -> None:
    """Delete a damaged file and the manifest, without which an artefact is made anew.

    A damaged registry stays as it is.
    """
    if not one.damage or one.item.kind == REGISTRY:
        return  # no run can make a registry anew
    for name in (MANIFEST, one.damage.file):
        path = one.item.path / name
        if isinstance(path, Path):
            with storage_errors(path):
                path.unlink(missing_ok=True)
        elif remote:
            remote.delete(path)
