"""Files of a folder that is elsewhere which an earlier copy has already: each is copied once."""

import json
import logging
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from tasks.download.listing import COPIES
from tasks.download.remote_listing import RemoteFile
from tasks.storage.local_files import storage_errors

logger = logging.getLogger(__name__)

#: The source's list beside the copies: path, size and version of each file, a line each.
REMOTE = "remote.jsonl"


def write_remote(folder: Path, files: Iterable[RemoteFile]) -> None:
    """Write the source's list of the files that are to be copied into a folder.

    Raises:
        StorageError: the folder cannot be written, or the disk is full.
    """
    path = folder / REMOTE
    aside = path.with_name(f".{REMOTE}")
    with storage_errors(path):
        with aside.open("w", encoding="ascii") as stream:
            for file in files:
                stream.write(json.dumps([file.path, file.size, file.version]) + "\n")
        aside.replace(path)


def take_unchanged(files: Sequence[RemoteFile], old: Path, new: Path) -> int:
    """Link the files of an earlier copy that the source has not changed; return how many.

    A file of which the source tells no version is left to be copied.

    Args:
        files: as the source lists them now.
        old: folder of the earlier copy, whole or not; without a list of ``write_remote`` it has
            nothing to take.
        new: folder of the copy that is made.

    Raises:
        StorageError: ``new`` cannot be written, or the disk is full.
    """
    known = _read_remote(old)
    taken = 0
    with storage_errors(new):
        for file in files:
            source, target = old / COPIES / file.path, new / COPIES / file.path
            same = bool(file.version.strip()) and known.get(file.path) == file
            if same and source.is_file() and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                _link(source, target)
                taken += 1
    return taken


def _read_remote(folder: Path) -> dict[str, RemoteFile]:
    try:
        with (folder / REMOTE).open(encoding="ascii") as stream:
            return {file.path: file for file in (RemoteFile(*json.loads(line)) for line in stream)}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        logger.warning("%s cannot be read (%s): copying all files", folder / REMOTE, error)
        return {}


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # the file system has no hard links
        aside = target.with_name(f"{target.name}.part")
        shutil.copyfile(source, aside)
        aside.replace(target)
