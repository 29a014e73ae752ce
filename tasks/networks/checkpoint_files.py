"""Files of a TensorFlow checkpoint in an archive: the one that is meant, and its name."""

import logging
import re
from collections.abc import Sequence
from pathlib import Path

from tasks.errors import DataError
from tasks.storage.shown import shown

logger = logging.getLogger(__name__)

#: The most bytes of an ``.index`` file; that of Inception v1 has 12,000.
MAX_INDEX_BYTES = 16 * 2**20

_STATE = "checkpoint"
_MAX_STATE_BYTES = 2**20
_NEWEST = re.compile(r'^model_checkpoint_path: "(.*)"$', re.MULTILINE)
_PREFIX = re.compile(r".*\.ckpt(?:-[0-9]+)?")
_SHOWN = 10


def find_prefix(archive: str, files: Sequence[Path], folder: Path) -> str:
    """Return the path, below ``folder``, of the one checkpoint in an unpacked archive.

    A training folder of TF-Slim has several, and a file ``checkpoint`` that names the newest.

    Args:
        archive: its name, for messages.
        files: all of its files.
        folder: where they were unpacked.

    Raises:
        DataError: there is none, or it is not clear which one is meant.
    """
    prefixes = _prefixes(files, folder)
    if len(prefixes) > 1:
        prefixes = _newest(archive, files, folder, prefixes)
    if len(prefixes) != 1:
        names = ", ".join(shown(name) for name in prefixes[:_SHOWN]) or "none"
        more = f" and {len(prefixes) - _SHOWN:,} more" if len(prefixes) > _SHOWN else ""
        raise DataError(
            f"{archive} should hold one checkpoint, *.ckpt or *.ckpt.index, or a file 'checkpoint' "
            f"that names the newest of several; found: {names}{more}"
        )
    _check_index(folder / prefixes[0])
    return prefixes[0]


def reader_name(prefix: Path) -> str:
    """Return a checkpoint's path as TensorFlow's reader takes it.

    It takes the path of a single file (V1) for a pattern, as of the shell.
    """
    if not prefix.is_file():
        return str(prefix)
    return re.sub(r"[*?\[]", r"[\g<0>]", str(prefix).replace("\\", r"\\"))


def _prefixes(files: Sequence[Path], folder: Path) -> list[str]:
    names = (str(path.relative_to(folder)).removesuffix(".index") for path in files)
    return sorted({name for name in names if _PREFIX.fullmatch(name.rpartition("/")[2])})


def _newest(
    archive: str, files: Sequence[Path], folder: Path, prefixes: Sequence[str]
) -> list[str]:
    """Return the checkpoint that a file ``checkpoint`` names; without such a file, all of them."""
    states = [path for path in files if path.name == _STATE]
    if len(states) != 1 or states[0].stat().st_size > _MAX_STATE_BYTES:
        return list(prefixes)
    found = _NEWEST.search(states[0].read_text(encoding="utf-8", errors="surrogateescape"))
    if not found:
        return list(prefixes)
    # The path is that of the machine that trained.
    beside = states[0].parent / found[1].rpartition("/")[2]
    newest = str(beside.relative_to(folder))
    if newest not in prefixes:
        raise DataError(
            f"{archive}: the file 'checkpoint' names '{shown(found[1])}' as the newest, which is "
            f"not there; found: {', '.join(shown(name) for name in prefixes[:_SHOWN])}"
        )
    logger.info("%s: %s is the newest, says its file 'checkpoint'", archive, newest)
    return [newest]


def _check_index(prefix: Path) -> None:
    index = prefix.with_name(f"{prefix.name}.index")
    size = index.stat().st_size if index.is_file() else 0
    if size > MAX_INDEX_BYTES:
        raise DataError(
            f"{index.name} has {size:,} bytes, expected an index of at most {MAX_INDEX_BYTES:,}"
        )
