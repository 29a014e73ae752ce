"""Reads a zip's members one by one, and reports damage as a ``DataError``."""

import errno
import lzma
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tasks.errors import DataError
from tasks.storage.member import MAX_NAME, Kind, Member

# The end of a zip, APPNOTE.TXT 4.3.14 to 4.3.16: its mark, what is read of it, and the longest
# comment behind it.
_FIRST_MEMBER = b"PK\x03\x04"
_END = b"PK\x05\x06"
_END_RECORD = struct.Struct("<4s4x2H2L2x")
_END64 = b"PK\x06\x06"
_END64_RECORD = struct.Struct("<4s20x4Q")
_LONGEST_END = 2**16 + 22 + 20 + 56
# The values that say to look into the larger record, of 64 bits.
_SEE_64 = (0xFFFF, 0xFFFFFFFF)
# Bytes of the index for a member: 46 and a name, and here and there times and the like.
_INDEX_BYTES = 1024
_READ_BYTES = 2**20


def is_zip(archive: Path) -> bool:
    """Return whether a file begins as a zip does; one that cannot be read is none."""
    try:
        with archive.open("rb") as stream:
            return stream.read(len(_END)) in {_FIRST_MEMBER, _END}
    except OSError:
        return False


def read_zip(archive: Path, max_members: int) -> Iterator[Member]:
    """Yield the members of a zip.

    Args:
        archive: the zip.
        max_members: the most members whose index is read; it is held in memory.

    Raises:
        DataError: the archive is damaged, encrypted, compressed in a way that is not known, or has
            too many members.
    """
    _check_index(archive, max_members)
    with _damage_errors(archive, "its index"):
        opened = zipfile.ZipFile(archive)
    with opened as zipped:
        for info in zipped.infolist():
            kind = _kind(info)
            target = ""
            if kind == "symbolic link":
                with _damage_errors(archive, f"member {info.filename!r}"), zipped.open(info) as it:
                    target = it.read(MAX_NAME + 1).decode("utf-8", "surrogateescape")
            yield Member(
                name=_name(info),
                size=info.file_size,
                kind=kind,
                target=target,
                save=partial(_save, zipped, info, archive),
            )


def _check_index(archive: Path, max_members: int) -> None:
    """Refuse an index that is too large for memory before it is read."""
    with archive.open("rb") as stream:
        stream.seek(-min(_LONGEST_END, archive.stat().st_size), 2)
        end = stream.read()
    for members, size in _claims(end):
        if members > max_members or size > max_members * _INDEX_BYTES:
            raise DataError(f"{archive} has more members than expected: at most {max_members:,}")


def _claims(end: bytes) -> Iterator[tuple[int, int]]:
    """Yield members and index size of everything that a reader may take for the end's record.

    Readers differ in which they take if there are several, as in a comment.
    """
    for mark, record in ((_END, _END_RECORD), (_END64, _END64_RECORD)):
        for found in re.finditer(re.escape(mark), end):
            if found.start() + record.size <= len(end):
                _, _, members, size, _ = record.unpack_from(end, found.start())
                if (members, size) != _SEE_64:
                    yield members, size


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's path; some programs for Windows write its own separators."""
    from_windows = info.create_system == 0 and "/" not in info.filename
    return info.filename.replace("\\", "/") if from_windows else info.filename


def _kind(info: zipfile.ZipInfo) -> Kind:
    mode = info.external_attr >> 16 if info.create_system == 3 else 0
    if stat.S_ISLNK(mode):
        return "symbolic link"
    if info.is_dir():
        return "folder"
    return "file" if stat.S_IFMT(mode) in {0, stat.S_IFREG} else "other"


def _save(zipped: zipfile.ZipFile, info: zipfile.ZipInfo, archive: Path, folder: Path) -> None:
    path = folder / _name(info)
    if info.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with _damage_errors(archive, f"member {info.filename!r}"):
        if info.flag_bits & 1:
            raise DataError(f"{archive}: member {info.filename!r} is encrypted, expected it plain")
        with zipped.open(info) as content, path.open("wb") as target:
            shutil.copyfileobj(content, target, _READ_BYTES)


@contextmanager
def _damage_errors(archive: Path, place: str) -> Iterator[None]:
    """Turn the errors of ``zipfile`` and the decompressors about damage into a ``DataError``."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        ValueError,
        struct.error,
    ) as error:
        raise DataError(
            f"{archive} is truncated or damaged at {place}: {error}; expected a whole archive"
        ) from error
    except (MemoryError, OverflowError) as error:
        raise DataError(
            f"{archive} asks at {place} for more memory than an archive may take"
        ) from error
    except (NotImplementedError, RuntimeError) as error:
        raise DataError(f"{archive}: {place} cannot be read: {error}") from error
    except OSError as error:
        # bz2 raises an OSError without the number that the system's own errors have; an index that
        # is damaged may send zipfile to a place before the file's start.
        if error.errno in {None, errno.EINVAL}:
            raise DataError(f"{archive} is damaged at {place}: {error}") from error
        raise
