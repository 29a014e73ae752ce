"""The step ``extract_dataset``: a source of pictures becomes a checked data set."""

import logging
import shutil
from collections import deque
from dataclasses import asdict
from pathlib import Path

from tasks.datasets.convert import convert
from tasks.datasets.dataset import DESCRIPTION
from tasks.datasets.folder_tree import Folder
from tasks.datasets.options import Options
from tasks.datasets.recognise import recognise
from tasks.datasets.signature import ARCHIVES
from tasks.datasets.tfrecord import holds_records
from tasks.datasets.tree import SingleFile, Tree, kind_of_file
from tasks.errors import DataError
from tasks.storage.archive import LeftOut, unpack_each
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.local_files import write_json
from tasks.storage.proof import require_whole

logger = logging.getLogger(__name__)

# Part of every recipe: raise it when what is made of a source changes.
_VERSION = 2
_MOST_MEMBERS = 5_000_000
# A page or a pointer in the place of the file that was meant.
_NO_DATA = {
    "HTML page": "an HTML page, perhaps of a login; expected a data set: check the URL",
    "Git LFS pointer": "a Git LFS pointer, not the file that it stands for: run git lfs pull",
    "7-Zip": "a 7-Zip archive; expected zip or tar",
    "RAR": "a RAR archive; expected zip or tar",
}


def extract_dataset(
    source: Path | Tree, digest: str, datasets: Path, options: Options | None = None
) -> LocalArtifact:
    """Make a data set of a source: unpack it, check every picture, split and describe it.

    Args:
        source: a folder, an archive of one (zip, or tar of any compression), or one file: a list,
            a Parquet file or a TFRecord file; or the files of a folder that was listed before.
        digest: of the source's content.
        datasets: where data sets live.
        options: what the user chose.

    Raises:
        DataError: the source or something in it is not as expected.
        StorageError: ``datasets`` cannot be written, or the disk is full.
    """
    chosen = options or Options()

    def make(folder: Path) -> None:
        if isinstance(source, Path) and source.is_file():
            require_whole(source.parent, [source.name])
        tree = _tree(source, folder) if isinstance(source, Path) else source
        name = source if isinstance(source, Path) else source.root
        try:
            found = recognise(tree, chosen.data_layout)
            logger.info("%s: read as layout %s", name, found.layout)
            description = convert(found, tree, folder, chosen)
            tree.check_unchanged()
        except DataError as error:
            raise DataError(f"{name}: {error}") from error
        shutil.rmtree(_unpacked(folder), ignore_errors=True)
        write_json(folder / DESCRIPTION, description)

    # What a user did not choose is left out: data sets of versions without the choice stay valid.
    choices = {name: value for name, value in asdict(chosen).items() if value is not None}
    return build(datasets, {"source": digest, "version": _VERSION, **choices}, make)


def _unpacked(folder: Path) -> Path:
    return folder / ".unpacked"


def _tree(source: Path, folder: Path) -> Tree:
    """Return the files of a source, unpacked if it is an archive."""
    if source.is_dir():
        return Folder(source)
    kind = kind_of_file(source)
    if kind in _NO_DATA:
        raise DataError(f"{source} is {_NO_DATA[kind]}")
    if kind in ARCHIVES and not holds_records(source):
        left_out = LeftOut()
        files = unpack_each(source, _unpacked(folder), left_out, max_members=_MOST_MEMBERS)
        deque(files, maxlen=0)
        return Folder(_unpacked(folder), junk=left_out.junk, links=left_out.links)
    return SingleFile(source)
