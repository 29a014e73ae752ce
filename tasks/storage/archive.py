"""Unpacks tar archives that nobody vouches for."""

import errno
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from tasks.errors import DataError
from tasks.storage.local_files import storage_errors

MAX_MEMBERS = 100_000
MAX_BYTES = 64 * 2**30

# Python's own second look at what _check_member lets through; the first releases of 3.11 lack it.
_FILTER: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
_REFUSED: Any = getattr(tarfile, "FilterError", ())

_BLOCK = tarfile.BLOCKSIZE
_READ_BYTES = 2**20
# tar pads an archive to a few KiB; more than this is no padding.
_MAX_PADDING = 64 * 2**20
# The folder is ours and empty: only the archive's own names can collide in it or be too long.
_BAD_NAME = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST}


def unpack(
    archive: Path, folder: Path, *, max_members: int = MAX_MEMBERS, max_bytes: int = MAX_BYTES
) -> list[Path]:
    """Unpack a tar archive of files and folders, plain or compressed.

    Args:
        archive: a tar, plain or compressed with gzip, bzip2 or xz.
        folder: where to; made if it is not there.
        max_members: the most files and folders that the archive may hold.
        max_bytes: the most bytes that they may have together.

    Returns:
        The files, in the archive's order.

    Raises:
        DataError: the archive is damaged or truncated, holds anything but files and folders, would
            write outside ``folder``, or is larger than allowed.
        StorageError: ``folder`` cannot be written, or the disk is full.
    """
    files: dict[Path, None] = {}
    total = 0
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with _open(archive) as tar:
            for number, member in enumerate(_members(tar, archive), start=1):
                total += member.size
                _check_caps(archive, number, total, max_members, max_bytes)
                _check_member(archive, member)
                _extract(tar, archive, member, folder)
                if member.isreg():
                    files[folder / member.name] = None
            _check_end(tar, archive)
    if not files:
        raise DataError(f"{archive} holds no file, expected at least one")
    return list(files)


def _open(archive: Path) -> tarfile.TarFile:
    with _damage(archive, "its start"):
        try:
            return tarfile.open(archive, mode="r:*")
        except tarfile.ReadError:
            raise DataError(
                f"{archive} ({archive.stat().st_size:,} bytes) is not an archive: expected a tar, "
                "plain or compressed with gzip, bzip2 or xz"
            ) from None
        except OSError as error:
            if error.errno is None:
                raise
            raise DataError(f"{archive} cannot be read: {error.strerror}") from error


def _members(tar: tarfile.TarFile, archive: Path) -> Iterator[tarfile.TarInfo]:
    last = "its start"
    while True:
        with _damage(archive, last):
            member = tar.next()
        if member is None:
            return
        yield member
        last = f"member {member.name!r}"


def _check_caps(archive: Path, number: int, total: int, max_members: int, max_bytes: int) -> None:
    if number > max_members:
        raise DataError(f"{archive} has more members than expected: at most {max_members:,}")
    if total > max_bytes:
        raise DataError(
            f"{archive} unpacks to more bytes than expected: {total:,} by member {number}, "
            f"at most {max_bytes:,}"
        )


def _check_member(archive: Path, member: tarfile.TarInfo) -> None:
    name = PurePosixPath(member.name)
    problem = None
    if member.issym() or member.islnk():
        problem = f"is a link to {member.linkname!r}, expected files and folders only"
    elif not (member.isreg() or member.isdir()):
        problem = "is a device or a pipe, expected files and folders only"
    elif name.is_absolute():
        problem = "has an absolute path, expected one relative to the archive's root"
    elif ".." in name.parts:
        problem = "leads out of the archive, expected a path without '..'"
    elif "\0" in member.name or member.size < 0:
        problem = f"has a damaged header (size {member.size})"
    if problem:
        raise DataError(f"{archive}: member {member.name!r} {problem}")


def _extract(tar: tarfile.TarFile, archive: Path, member: tarfile.TarInfo, folder: Path) -> None:
    with _damage(archive, f"member {member.name!r}"):
        try:
            tar.extract(member, folder, **_FILTER)
        except _REFUSED as error:
            raise DataError(f"{archive}: member {member.name!r} is refused: {error}") from error
        except OSError as error:
            if error.errno in _BAD_NAME:
                raise DataError(
                    f"{archive}: member {member.name!r} cannot be unpacked: {error.strerror}; "
                    "expected names that fit and do not collide"
                ) from error
            raise


def _check_end(tar: tarfile.TarFile, archive: Path) -> None:
    """Read on to the end: ``tarfile`` takes a damaged header for the end of the archive.

    The compressed stream's own checksum also comes last, after all that ``tarfile`` reads.
    """
    stream = tar.fileobj
    if stream is None:  # pragma: no cover
        return
    with _damage(archive, "its end"):
        stream.seek(tar.offset)
        if stream.read(_BLOCK) != bytes(_BLOCK):
            raise DataError(
                f"{archive} is truncated or damaged at byte {tar.offset:,} of its content: "
                "expected another member or the mark of its end"
            )
        padding = 0
        while block := stream.read(_READ_BYTES):
            padding += len(block)
            if padding > _MAX_PADDING:
                raise DataError(
                    f"{archive} goes on for {padding:,} bytes and more after the mark of its end, "
                    f"expected at most {_MAX_PADDING:,} of padding"
                )


@contextmanager
def _damage(archive: Path, where: str) -> Iterator[None]:
    """Turn what ``tarfile`` and the decompressors raise on damage into a ``DataError``."""
    try:
        yield
    except (EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, ValueError) as error:
        raise _damaged(archive, where, error) from error
    except OSError as error:
        # gzip and bz2 raise a bare OSError, without the number that the system's own errors have.
        if error.errno is None:
            raise _damaged(archive, where, error) from error
        raise


def _damaged(archive: Path, where: str, error: Exception) -> DataError:
    return DataError(
        f"{archive} is truncated or damaged at or after {where}: {error}; expected a whole archive"
    )
