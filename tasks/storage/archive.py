"""Unpacks untrusted archives: files and folders only, within bounds, inside one folder."""

import errno
import posixpath
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tasks.errors import DataError
from tasks.storage.local_files import storage_errors
from tasks.storage.member import MAX_NAME, Member
from tasks.storage.tar_stream import read_tar
from tasks.storage.zip_members import is_zip, read_zip

MAX_MEMBERS = 100_000
MAX_BYTES = 64 * 2**30

# The folder is new and empty, so only the archive's own names can collide or be too long.
_BAD_NAME = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST}


@dataclass
class LeftOut:
    """Members that are not unpacked.

    Attributes:
        links: symbolic links to something within the archive.
        junk: what macOS packs beside the files: ``._name``, and all of ``__MACOSX``.
    """

    links: int = 0
    junk: int = 0


def unpack(
    archive: Path, folder: Path, *, max_members: int = MAX_MEMBERS, max_bytes: int = MAX_BYTES
) -> list[Path]:
    """Unpack an archive of files and folders.

    Args:
        archive: a zip, or a tar that is plain or compressed with gzip, bzip2, xz or Zstandard.
        folder: receives the files; created if it is not there.
        max_members: the most files and folders that the archive may hold.
        max_bytes: the most bytes that they may have together.

    Returns:
        The files, in the archive's order.

    Raises:
        DataError: the archive is damaged or truncated, holds anything but files, folders and links
            within it, would write outside ``folder``, or is larger than allowed.
        StorageError: ``folder`` cannot be written, or the disk is full.
    """
    files = unpack_each(archive, folder, LeftOut(), max_members=max_members, max_bytes=max_bytes)
    return list(dict.fromkeys(files))


def unpack_each(
    archive: Path,
    folder: Path,
    left_out: LeftOut,
    *,
    max_members: int = MAX_MEMBERS,
    max_bytes: int = MAX_BYTES,
) -> Iterator[Path]:
    """Unpack an archive like ``unpack``, and yield every file as soon as it is written.

    Args:
        archive: as for ``unpack``.
        folder: as for ``unpack``.
        left_out: counts what is not unpacked.
        max_members: as for ``unpack``.
        max_bytes: as for ``unpack``.
    """
    total = found = 0
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        members = _members(archive, folder, max_members)
        for number, member in enumerate(members, start=1):
            _check_member(archive, member)
            linked = _linked(archive, member, folder)
            total += linked.stat().st_size if linked else member.size
            if number > max_members:
                raise _too_many_members(archive, max_members)
            if total > max_bytes:
                raise _too_many_bytes(archive, member=number, total=total, limit=max_bytes)
            if _is_left_out(member, left_out):
                continue
            _save(archive, member, folder, linked)
            if member.kind != "folder":
                found += 1
                yield folder / member.name
    if not found:
        raise DataError(f"{archive} holds no file, expected at least one")


def _members(archive: Path, folder: Path, max_members: int) -> Iterator[Member]:
    return read_zip(archive, max_members) if is_zip(archive) else read_tar(archive, folder)


def _too_many_members(archive: Path, limit: int) -> DataError:
    return DataError(f"{archive} has more members than expected: at most {limit:,}")


def _too_many_bytes(archive: Path, *, member: int, total: int, limit: int) -> DataError:
    return DataError(
        f"{archive} unpacks to more bytes than expected: {total:,} by member {member}, "
        f"at most {limit:,}"
    )


def _check_member(archive: Path, member: Member) -> None:
    name = PurePosixPath(member.name)
    problem = None
    if len(member.name) > MAX_NAME:
        raise DataError(f"{archive} has a member whose name has {len(member.name):,} characters")
    if "link" in member.kind and _leads_out(member):
        problem = f"is a link to {member.target[:MAX_NAME]!r}, outside of the archive"
    elif member.kind == "other":
        problem = "is a device or a pipe, expected files and folders only"
    elif name.is_absolute():
        problem = "has an absolute path, expected one relative to the archive's root"
    elif ".." in name.parts:
        problem = "leads out of the archive, expected a path without '..'"
    elif "\0" in member.name or member.size < 0:
        problem = f"has a damaged header (size {member.size})"
    if problem:
        raise DataError(f"{archive}: member {member.name!r} {problem}")


def _leads_out(member: Member) -> bool:
    """Return whether a link leads out of the archive; a hard link's target counts from its root."""
    folder = posixpath.dirname(member.name) if member.kind == "symbolic link" else ""
    target = posixpath.normpath(posixpath.join(folder, member.target))
    return target.startswith(("/", "..")) or not member.target or "\0" in target


def _linked(archive: Path, member: Member, folder: Path) -> Path | None:
    """Return the file that a hard link is another name of."""
    if member.kind != "hard link":
        return None
    target = folder / posixpath.normpath(member.target)
    if not _is_file(target):
        raise DataError(
            f"{archive}: member {member.name!r} is a link to {member.target!r}, expected a file "
            "that comes before it"
        )
    return target


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # Its name is too long for any file.
        return False


def _is_left_out(member: Member, left_out: LeftOut) -> bool:
    parts = PurePosixPath(member.name).parts
    if any(part.startswith("._") for part in parts[-1:]) or "__MACOSX" in parts:
        left_out.junk += member.kind == "file"
        return True
    left_out.links += member.kind == "symbolic link"
    return member.kind == "symbolic link"


def _save(archive: Path, member: Member, folder: Path, linked: Path | None) -> None:
    try:
        if linked:
            (folder / member.name).parent.mkdir(parents=True, exist_ok=True)
            # A copy: what is written to one name must not change the other.
            shutil.copyfile(linked, folder / member.name)
        else:
            member.save(folder)
    except shutil.SameFileError:
        pass
    except OSError as error:
        if error.errno in _BAD_NAME:
            raise DataError(
                f"{archive}: member {member.name!r} cannot be unpacked: {error.strerror}; "
                "expected names that fit and do not collide"
            ) from error
        raise
