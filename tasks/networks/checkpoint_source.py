"""Sources of a checkpoint's files: an archive, or a single file in TensorFlow's V1 format."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import DataError
from tasks.networks.checkpoint_files import INDEX, is_checkpoint_name, is_table
from tasks.storage.archive import unpack
from tasks.storage.local_files import storage_errors
from tasks.storage.proof import require_content


@dataclass(frozen=True)
class CheckpointSource:
    """Files among which a checkpoint is.

    Attributes:
        name: for messages.
        sha256: digest of all files, which names the artefact.
        put: writes the files into a new folder and returns them.
    """

    name: str
    sha256: str
    put: Callable[[Path], list[Path]]


def file_source(path: Path, sha256: str) -> CheckpointSource:
    """Return the source that is one file: an archive, or a checkpoint by itself.

    Args:
        path: the file.
        sha256: its digest.
    """

    def put(folder: Path) -> list[Path]:
        require_content(path, sha256)
        return [_copy(path, folder)] if is_table(path) else unpack(path, folder)

    return CheckpointSource(path.name, sha256, put)


def _copy(path: Path, folder: Path) -> Path:
    if path.name.endswith(INDEX):
        raise DataError(
            f"{path.name} is the index of a checkpoint without its data: give the folder that both "
            "are in, or an archive of both"
        )
    target = folder / (path.name if is_checkpoint_name(path.name) else f"{path.name}.ckpt")
    with storage_errors(target):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return target
