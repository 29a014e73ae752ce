"""Unpacks untrusted tar archives: files and folders only, within bounds, inside one folder."""

import errno
import tarfile
from pathlib import Path, PurePosixPath
from typing import Any

from tasks.errors import DataError
from tasks.storage.local_files import storage_errors
from tasks.storage.tar_stream import damage_errors, open_tar, read_members

MAX_MEMBERS = 100_000
MAX_BYTES = 64 * 2**30

# Python's own checks, in addition to _check_member. The first releases of Python 3.11 lack them.
_FILTER: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
_REFUSED: Any = getattr(tarfile, "FilterError", ())

# The folder is new and empty, so only the archive's own names can collide or be too long.
_BAD_NAME = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST}


def unpack(
    archive: Path, folder: Path, *, max_members: int = MAX_MEMBERS, max_bytes: int = MAX_BYTES
) -> list[Path]:
    """Unpack a tar archive of files and folders, plain or compressed.

    Args:
        archive: a tar, plain or compressed with gzip, bzip2 or xz.
        folder: receives the files; created if it is not there.
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
        with open_tar(archive) as tar:
            for number, member in enumerate(read_members(tar, archive), start=1):
                total += member.size
                if number > max_members:
                    raise _too_many_members(archive, max_members)
                if total > max_bytes:
                    raise _too_many_bytes(archive, member=number, total=total, limit=max_bytes)
                _check_member(archive, member)
                _extract(tar, member, archive=archive, folder=folder)
                if member.isreg():
                    files[folder / member.name] = None
    if not files:
        raise DataError(f"{archive} holds no file, expected at least one")
    return list(files)


def _too_many_members(archive: Path, limit: int) -> DataError:
    return DataError(f"{archive} has more members than expected: at most {limit:,}")


def _too_many_bytes(archive: Path, *, member: int, total: int, limit: int) -> DataError:
    return DataError(
        f"{archive} unpacks to more bytes than expected: {total:,} by member {member}, "
        f"at most {limit:,}"
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


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, *, archive: Path, folder: Path) -> None:
    with damage_errors(archive, f"member {member.name!r}"):
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
