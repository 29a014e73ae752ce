"""Files of a TensorFlow checkpoint in an archive: the one that is meant, and its name."""

import logging
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tasks.errors import DataError
from tasks.storage.shown import shown

logger = logging.getLogger(__name__)

#: The most bytes of an ``.index`` file; that of Inception v1 has 12,000.
MAX_INDEX_BYTES = 16 * 2**20

INDEX = ".index"
_DATA = re.compile(r"\.data-[0-9]{5}-of-[0-9]{5}$")
# The last bytes of a checkpoint in the V1 format, and of an index in the V2 format.
_TABLE_END = bytes.fromhex("57fb808b247547db")
# Folder of the averaged checkpoint in the archives of MobileNet v3, beside "pristine".
_AVERAGED = "ema"
_STATE = "checkpoint"
_MAX_STATE_BYTES = 2**20
_NEWEST = re.compile(r'^model_checkpoint_path: "(.*)"$', re.MULTILINE)
_PREFIX = re.compile(r".*\.ckpt(?:-[0-9]+)?")
_SHOWN = 10


def find_prefix(archive: str, files: Sequence[Path], folder: Path, *, ema: bool = False) -> str:
    """Return the path, below ``folder``, of the one checkpoint in an unpacked archive.

    A training folder of TF-Slim has several, and a file ``checkpoint`` that names the newest. The
    archives of MobileNet v3 have two, one of them with averaged variables in a folder ``ema``.

    Args:
        archive: its name, for messages.
        files: all of its files.
        folder: where they were unpacked.
        ema: whether the averaged one is meant.

    Raises:
        DataError: there is none, or it is not clear which one is meant.
    """
    prefixes = _prefixes(files, folder)
    if len(prefixes) > 1:
        prefixes = _averaged_or_not(archive, prefixes, ema=ema)
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


def files_of(prefix: str, names: Iterable[str]) -> list[str]:
    """Return the names among ``names`` that are files of a checkpoint."""
    return [n for n in names if n in {prefix, f"{prefix}{INDEX}"} or _DATA.sub("", n) == prefix]


def is_averaged(prefix: str) -> bool:
    """Return whether a checkpoint lies in a folder of averaged ones."""
    return _AVERAGED in prefix.split("/")[:-1]


def is_checkpoint_name(name: str) -> bool:
    """Return whether a file's name is that of a checkpoint in the V1 format."""
    return _PREFIX.fullmatch(name) is not None


def is_table(path: Path) -> bool:
    """Return whether a file is a checkpoint in the V1 format or an index in the V2 format."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - len(_TABLE_END)))
        return stream.read() == _TABLE_END


def reader_name(prefix: Path) -> str:
    """Return a checkpoint's path as TensorFlow's reader takes it.

    It takes the path of a single file (V1) for a pattern, as of the shell.
    """
    if not prefix.is_file():
        return str(prefix)
    return re.sub(r"[*?\[]", r"[\g<0>]", str(prefix).replace("\\", r"\\"))


def _prefixes(files: Sequence[Path], folder: Path) -> list[str]:
    """Return all checkpoints: those named so, and an index that has its data beside it."""
    # macOS leaves a file ._name beside each file on a disk of another system.
    kept = (path for path in files if not path.name.startswith("._"))
    names = {path.relative_to(folder).as_posix() for path in kept}
    with_data = {_DATA.sub("", name) for name in names if _DATA.search(name)}
    found = {name.removesuffix(INDEX) for name in names}
    named = {name for name in found if is_checkpoint_name(name.rpartition("/")[2])}
    return sorted(named | {name for name in with_data if f"{name}{INDEX}" in names})


def _averaged_or_not(archive: str, prefixes: Sequence[str], *, ema: bool) -> list[str]:
    """Return the averaged checkpoints or the others, where there are both."""
    averaged = [name for name in prefixes if is_averaged(name)]
    others = [name for name in prefixes if not is_averaged(name)]
    if averaged and others and not ema:
        logger.info(
            "%s: moving averages are in %s, which is not used; ema: true uses it",
            archive,
            shown(averaged[0]),
        )
    kept = (averaged if ema else others) or list(prefixes)
    # A SavedModel has variables, too.
    return [name for name in kept if is_checkpoint_name(name.rpartition("/")[2])] or kept


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
    newest = beside.relative_to(folder).as_posix()
    if newest not in prefixes:
        raise DataError(
            f"{archive}: the file 'checkpoint' names '{shown(found[1])}' as the newest, which is "
            f"not there; found: {', '.join(shown(name) for name in prefixes[:_SHOWN])}"
        )
    logger.info("%s: %s is the newest, says its file 'checkpoint'", archive, newest)
    return [newest]


def _check_index(prefix: Path) -> None:
    index = prefix.with_name(f"{prefix.name}{INDEX}")
    size = index.stat().st_size if index.is_file() else 0
    if size > MAX_INDEX_BYTES:
        raise DataError(
            f"{index.name} has {size:,} bytes, expected an index of at most {MAX_INDEX_BYTES:,}"
        )
