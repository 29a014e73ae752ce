"""Registries of a home: what their champions need, and whether it is there."""

from collections.abc import Iterator

from tasks.errors import DataError
from tasks.housekeeping.inventory import last_change, size_of
from tasks.housekeeping.item import REGISTRY, Item, Ref
from tasks.registry.files import folders_of, missing_file
from tasks.registry.history import HISTORY, read_registry, registry_names
from tasks.registry.state import Registry
from tasks.registry.version import Version
from tasks.storage.paths import Home
from tasks.storage.proof import Damage


def champions(home: Home) -> set[Ref]:
    """Return the artefacts of all champions, and of the versions that a roll-back would use.

    Raises:
        DataError: a registry is damaged.
    """
    found: set[Ref] = set()
    for name in registry_names(home):
        for _, version in _named(read_registry(home, name)):
            folders = folders_of(home, version)
            found.update(Ref(folder.parent.name, folder.name) for folder in folders)
    return found


def check_registries(home: Home) -> Iterator[tuple[Item, Damage | None]]:
    """Yield every registry, and its damage: the history's, or of a version that has a name."""
    for name in registry_names(home):
        folder = home.registry / name
        item = Item(REGISTRY, folder, size_of(folder), last_change(folder))
        yield item, _damage(home, name)


def _damage(home: Home, name: str) -> Damage | None:
    try:
        registry = read_registry(home, name)
    except DataError as error:
        return Damage(HISTORY, f"cannot be read: {error}")
    for alias, version in _named(registry):
        if problem := missing_file(home, version):
            return Damage(HISTORY, f"names version {version.number} as {alias}, but {problem}")
    return None


def _named(registry: Registry) -> Iterator[tuple[str, Version]]:
    for alias, number in registry.aliases().items():
        yield alias, registry.versions[number]
