"""Reads a tar archive's members one by one, and reports damage as a ``DataError``."""

import lzma
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.errors import DataError

_BLOCK = tarfile.BLOCKSIZE
_READ_BYTES = 2**20
# tar pads an archive to a few KiB; more than this is not padding.
_MAX_PADDING = 64 * 2**20


def open_tar(archive: Path) -> tarfile.TarFile:
    """Open a tar archive, plain or compressed with gzip, bzip2 or xz.

    Raises:
        DataError: the file cannot be read, or is not a tar archive.
    """
    with damage_errors(archive, "its start"):
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


def read_members(tar: tarfile.TarFile, archive: Path) -> Iterator[tarfile.TarInfo]:
    """Yield the archive's members, then check that the archive ends after the last one.

    Raises:
        DataError: the archive is damaged or truncated.
    """
    last = "its start"
    while True:
        with damage_errors(archive, last):
            member = tar.next()
        if member is None:
            break
        yield member
        last = f"member {member.name!r}"
    _check_end(tar, archive)


def _check_end(tar: tarfile.TarFile, archive: Path) -> None:
    """Read the rest of the archive.

    ``tarfile`` takes a damaged header for the end of the archive. A compressed stream has its
    checksum at its end, behind everything that ``tarfile`` reads.
    """
    stream = tar.fileobj
    if stream is None:  # pragma: no cover
        return
    with damage_errors(archive, "its end"):
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
def damage_errors(archive: Path, place: str) -> Iterator[None]:
    """Turn the errors of ``tarfile`` and the decompressors about damage into a ``DataError``.

    Args:
        archive: named in the message.
        place: the last part that was read, such as "member 'a'".
    """
    try:
        yield
    except (EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, ValueError) as error:
        raise _damaged(archive, place, error) from error
    except OSError as error:
        # gzip and bz2 raise an OSError without the number that the system's own errors have.
        if error.errno is None:
            raise _damaged(archive, place, error) from error
        raise


def _damaged(archive: Path, place: str, error: Exception) -> DataError:
    return DataError(
        f"{archive} is truncated or damaged at or after {place}: {error}; expected a whole archive"
    )
