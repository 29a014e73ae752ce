"""Proof that an artefact's files are as they were made: their sizes first, then their SHA-256."""

import functools
import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import DataError
from tasks.storage.files import LOCAL, Files, sha256_of_all
from tasks.storage.locations import Location
from tasks.storage.manifest import DIGEST, MANIFEST, Manifest, digest_of, read_manifest
from tasks.storage.progress import ByteProgress
from tasks.storage.use import hold

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Damage:
    """A file that is not as it was made.

    Attributes:
        file: its path in the artefact's folder.
        reason: a clause about the file, such as ``is missing``.
    """

    file: str
    reason: str


def damage_of(
    path: Location, names: Collection[str] | None = None, files: Files = LOCAL
) -> Damage | None:
    """Return the first damage of an artefact, None if it has none.

    A process reads a local file once, and again only if the file has changed. If the manifest has
    no digests, as those of older versions, sizes must do; the log says so.

    Args:
        path: the artefact's folder.
        names: the files to check; None: all.
        files: where they lie.
    """
    try:
        manifest = read_manifest(path, files)
    except (OSError, DataError, ValueError) as error:
        return Damage(MANIFEST, f"cannot be read ({error})")
    wanted = manifest.files if names is None else names
    return next(_damages(path, manifest, wanted, files), None)


def require_whole(
    path: Location, names: Collection[str] | None = None, files: Files = LOCAL
) -> None:
    """Raise a ``DataError`` that names the first damaged file of an artefact.

    This process holds a local artefact until it ends, see ``tasks.storage.use``.

    Args:
        path: a folder; one without a manifest is no artefact, and is not checked.
        names: the files that are about to be read; None: all.
        files: where they lie.
    """
    if files.size(path / MANIFEST) is None:
        return
    if isinstance(path, Path):
        hold(path)
    if damage := damage_of(path, names, files):
        raise changed_error(path / damage.file, damage.reason)


def require_content(file: Location, sha256: str, files: Files = LOCAL) -> None:
    """Raise a ``DataError`` unless a file has the SHA-256 that another artefact was named after."""
    if files.sha256(file) != sha256:
        raise changed_error(file, _OTHER_CONTENT)


def changed_error(file: Location, reason: str) -> DataError:
    """Return the error for a damaged file that the caller cannot make anew."""
    return DataError(
        f"{file} {reason}: it was changed after it was made; run the DAG again, which makes it anew"
    )


def log_damage(path: Location, damage: Damage) -> None:
    """Log, once in a process, that an artefact is damaged and will be made anew."""
    _warn_once(
        f"{path} was changed after it was made ({damage.file}): "
        f"the file {damage.reason}; making it anew"
    )


def log_undigested(folder: Location) -> None:
    """Log, once in a process, that a folder has artefacts whose content cannot be checked."""
    _tell_once(
        f"{folder} has artefacts of a version without digests: their files are checked by size only"
    )


def compare_sizes(expected: Mapping[str, int], sizes: Mapping[str, int]) -> Iterator[Damage]:
    """Yield the files that are missing or have another size.

    Args:
        expected: sizes in bytes by name.
        sizes: those of the files that there are.
    """
    for name, size in expected.items():
        found = sizes.get(name)
        if found is None:
            yield Damage(name, "is missing")
        elif found != size:
            yield Damage(name, f"has {found:,} bytes, expected {size:,}")


def compare_contents(expected: Mapping[str, str], sha256: Mapping[str, str]) -> Iterator[Damage]:
    """Yield the files whose SHA-256, by name, is another than expected."""
    for name, digest in expected.items():
        if sha256.get(name) != digest:
            yield Damage(name, _OTHER_CONTENT)


_OTHER_CONTENT = "has another content, by its SHA-256"


def _damages(
    path: Location, manifest: Manifest, names: Collection[str], files: Files
) -> Iterator[Damage]:
    """Yield damages; no file is read while a size is wrong."""
    # A copy may have a name of its own.
    if DIGEST.fullmatch(path.name) and path.name != digest_of(manifest.recipe):
        yield Damage(MANIFEST, "has the recipe of another artefact")
    yield from (Damage(n, "is none of the artefact's") for n in names if n not in manifest.files)
    expected = {name: manifest.files[name] for name in names}
    yield from compare_sizes(expected, files.sizes(path))
    if not manifest.sha256:
        log_undigested(path.parent)
        return
    progress = ByteProgress(f"checking {path}", 0, sum(expected.values()))
    found = sha256_of_all(files, {name: path / name for name in names}, progress.add)
    if progress.is_shown:
        progress.finish()
    yield from compare_contents({name: manifest.sha256[name] for name in names}, found)


@functools.cache
def _warn_once(message: str) -> None:
    logger.warning("%s", message)


@functools.cache
def _tell_once(message: str) -> None:
    logger.info("%s", message)
