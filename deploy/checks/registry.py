"""Check of the registries: whether the champions' files are there."""

from tasks.errors import DataError
from tasks.housekeeping.registries import check_registries
from tasks.registry.history import read_registry
from tasks.storage.paths import Home


def check_registry(home: Home) -> str:
    """Return which version of each model is the champion.

    Raises:
        DataError: a registry is damaged, or files of a version with a name are gone or damaged.
    """
    found = []
    for item, damage in check_registries(home):
        name = item.path.name
        if damage:
            raise DataError(
                f"{name}: {damage.file} {damage.reason}; choose another version with graft promote "
                "(graft models lists them), or train again"
            )
        champion = read_registry(home, name).champion
        found.append(
            f"{name}: version {champion.number} is the champion, top-1 {champion.validation.text}"
            if champion
            else f"{name}: no version was promoted"
        )
    return "; ".join(found) or "no model was registered yet"
