"""Reads a tar archive's members one by one, and reports damage as a ``DataError``."""

import bz2
import errno
import gzip
import lzma
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from tasks.errors import DataError
from tasks.storage.member import Kind, Member

_BLOCK = tarfile.BLOCKSIZE
_READ_BYTES = 2**20
# tar pads an archive to a few KiB; more than this is not padding.
_MAX_PADDING = 64 * 2**20
_MAX_HEADER = 2**20
_MAX_HEADERS = 4 * 2**20
_MAX_PLAIN = 80 * 2**30
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_NAMES = {
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
}

# Python's own checks, in addition to those of tasks.storage.archive. The first releases of Python
# 3.11 lack them.
_FILTER: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
_REFUSED: Any = getattr(tarfile, "FilterError", ())


_GZIP, _BZIP2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"


class _Metered:
    """A tar's content, of which only so many bytes are read for the headers of one member.

    A member may have any number of headers before it, and a sparse file a map without end; tarfile
    reads them all at once.
    """

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self._left: int | None = _MAX_HEADERS
        self.seek, self.tell, self.close = content.seek, content.tell, content.close

    def read(self, size: int = -1) -> bytes:
        """Return bytes, as a file does."""
        if self._left is not None:
            self._left -= size
            if size < 0 or self._left < 0:
                raise DataError(f"has more than {_MAX_HEADERS:,} bytes of headers for one member")
        return self._content.read(size)

    @contextmanager
    def unbounded(self) -> Iterator[None]:
        """Read a member's content, then the headers of the next."""
        self._left = None
        try:
            yield
        finally:
            self.start()

    def start(self) -> None:
        """Begin with the headers of the next member."""
        self._left = _MAX_HEADERS


class _BoundedInfo(tarfile.TarInfo):
    """A member's header that may not announce a name of gigabytes, which is read at once."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_BoundedInfo":
        """Return the header in a block; ``tarfile`` calls this for every one."""
        info = super().frombuf(buf, encoding, errors)
        if info.type in _NAMES and info.size > _MAX_HEADER:
            raise DataError(
                f"has a header of {info.size:,} bytes, expected at most {_MAX_HEADER:,}"
            )
        return info


def open_tar(archive: Path, scratch: Path | None = None) -> tarfile.TarFile:
    """Open a tar archive, plain or compressed with gzip, bzip2, xz or Zstandard.

    Args:
        archive: the tar.
        scratch: a folder with room for the tar that a Zstandard file holds; the system's own
            temporary folder by default.

    Raises:
        DataError: the file cannot be read, or is not a tar archive.
    """
    with damage_errors(archive, "its start"):
        try:
            return _open_content(_content(archive, scratch))
        except DataError as error:
            raise DataError(f"{archive} {error}") from None
        except tarfile.ReadError:
            raise DataError(
                f"{archive} ({archive.stat().st_size:,} bytes) is not an archive: expected a tar, "
                "plain or compressed with gzip, bzip2, xz or Zstandard, or a zip"
            ) from None
        except OSError as error:
            if error.errno is None:
                raise
            raise DataError(f"{archive} cannot be read: {error.strerror}") from error


def _open_content(content: IO[bytes]) -> tarfile.TarFile:
    metered = cast("IO[bytes]", _Metered(content))
    try:
        tar = tarfile.TarFile(fileobj=metered, tarinfo=_BoundedInfo)
    except BaseException:
        content.close()
        raise
    # tarfile closes only files that it opened itself.
    vars(tar)["_extfileobj"] = False
    return tar


def read_tar(archive: Path, scratch: Path) -> Iterator[Member]:
    """Yield the members of a tar, plain or compressed.

    Args:
        archive: the tar.
        scratch: a folder of ours with room for a tar that must be decompressed before it is read.

    Raises:
        DataError: the file cannot be read, is not a tar archive, or is damaged or truncated.
    """
    with open_tar(archive, scratch) as tar:
        for member in read_members(tar, archive):
            yield Member(
                name=member.name,
                size=member.size,
                kind=_kind(member),
                target=member.linkname,
                save=partial(_extract, tar, member, archive),
            )


def _kind(member: tarfile.TarInfo) -> Kind:
    if member.issym():
        return "symbolic link"
    if member.islnk():
        return "hard link"
    if member.isdir():
        return "folder"
    return "file" if member.isreg() else "other"


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, archive: Path, folder: Path) -> None:
    with damage_errors(archive, f"member {member.name!r}"), _metered(tar).unbounded():
        try:
            tar.extract(member, folder, **_FILTER)
        except _REFUSED as error:
            raise DataError(f"{archive}: member {member.name!r} is refused: {error}") from error


def read_members(tar: tarfile.TarFile, archive: Path) -> Iterator[tarfile.TarInfo]:
    """Yield the archive's members, then check that the archive ends after the last one.

    Raises:
        DataError: the archive is damaged or truncated.
    """
    last = "its start"
    while True:
        with damage_errors(archive, last):
            try:
                _metered(tar).start()
                member = tar.next()
            except DataError as error:
                raise DataError(f"{archive} {error}, after {last}") from None
        if member is None:
            break
        # tarfile keeps every member that it has read; of a million files they fill the memory.
        vars(tar)["members"] = []
        yield member
        last = f"member {member.name!r}"
    _check_end(tar, archive)


def _content(archive: Path, scratch: Path | None) -> IO[bytes]:
    """Return the content of a file, decompressed if it is compressed."""
    with archive.open("rb") as stream:
        start = stream.read(len(_XZ))
    if start.startswith(_ZSTANDARD):
        return _decompressed(archive, scratch)
    if start.startswith(_GZIP):
        return cast("IO[bytes]", gzip.open(archive))
    if start.startswith(_BZIP2):
        return cast("IO[bytes]", bz2.open(archive))
    if start.startswith(_XZ):
        return cast("IO[bytes]", lzma.open(archive))
    return archive.open("rb")


def _metered(tar: tarfile.TarFile) -> _Metered:
    return cast("_Metered", tar.fileobj)


def _decompressed(archive: Path, scratch: Path | None) -> BinaryIO:
    """Return the content of a Zstandard file: Python's own libraries do not know it before 3.14."""
    import pyarrow

    # Without a name it goes with whoever has it open.
    plain = cast("BinaryIO", tempfile.TemporaryFile(dir=scratch))  # noqa: SIM115 - the tar's now
    with (
        pyarrow.OSFile(str(archive)) as packed,
        pyarrow.CompressedInputStream(packed, "zstd") as stream,
    ):
        while block := stream.read(_READ_BYTES):
            if plain.tell() + len(block) > _MAX_PLAIN:
                raise DataError(f"decompresses to more than {_MAX_PLAIN:,} bytes")
            plain.write(block)
    plain.seek(0)
    return plain


def _check_end(tar: tarfile.TarFile, archive: Path) -> None:
    """Read the rest of the archive.

    ``tarfile`` takes a damaged header for the end of the archive. A compressed stream has its
    checksum at its end, behind everything that ``tarfile`` reads.
    """
    stream = tar.fileobj
    if stream is None:  # pragma: no cover
        return
    with damage_errors(archive, "its end"), _metered(tar).unbounded():
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
    except (RecursionError, MemoryError, OverflowError) as error:
        # tarfile calls itself for each of a member's headers; xz may ask for 4 GiB at once.
        raise DataError(
            f"{archive} asks at or after {place} for more memory than an archive may take "
            f"({type(error).__name__})"
        ) from None
    except OSError as error:
        # gzip and bz2 raise an OSError without the number that the system's own errors have; a map
        # of a sparse file may name a place that no file has.
        if error.errno in {None, errno.EINVAL}:
            raise _damaged(archive, place, error) from error
        raise


def _damaged(archive: Path, place: str, error: Exception) -> DataError:
    return DataError(
        f"{archive} is truncated or damaged at or after {place}: {error}; expected a whole archive"
    )
