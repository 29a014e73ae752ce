"""Artefacts that executors read or write: files first, the manifest last, no folder renamed.

An object store cannot rename a folder, so an artefact there is made in place. The names and
contents of its files follow from its recipe, so a process that makes it again writes the same
files, and only those that are missing.
"""

from tasks.errors import DataError
from tasks.spark.files import HadoopFiles
from tasks.storage.locations import Location
from tasks.storage.manifest import MANIFEST, Manifest, read_manifest
from tasks.storage.proof import Damage, compare_sizes, log_damage


def find_manifest(files: HadoopFiles, path: Location) -> Manifest | None:
    """Return the manifest of the artefact at ``path``, None if there is none.

    The log says so if a file is missing or has another size, and None is returned. Contents are
    not read.
    """
    try:
        manifest = read_manifest(path, files)
    except FileNotFoundError:
        return None
    except (DataError, ValueError) as error:
        log_damage(path, Damage(MANIFEST, f"cannot be read ({error})"))
        return None
    for damage in compare_sizes(manifest.files, files.sizes(path)):
        log_damage(path, damage)
        return None
    return manifest


def write_manifest(files: HadoopFiles, path: Location, manifest: Manifest) -> None:
    """Write the manifest of the artefact at ``path``, which is whole from then on."""
    files.write(manifest.as_json().encode(), path / MANIFEST)
