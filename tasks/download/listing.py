"""The list of a folder's files, which stands for the folder in its artefact.

``files.jsonl`` has a line for each file, in the order of the paths' parts. The digest of the whole
is that of the lines that ``sha256sum`` prints, so it depends on names and contents alone.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from tasks.errors import DataError
from tasks.storage.local_files import read_json_file, storage_errors, write_json

FILES = "files.jsonl"
FOLDER = "folder.json"
#: The folder of the artefact in which the files of a remote folder are.
COPIES = "files"


@dataclass(frozen=True)
class ListedFile:
    """A file as it was when the folder was listed.

    Attributes:
        path: below the folder, with slashes.
        sha256: of its content, hexadecimal.
        size: in bytes.
        mtime_ns: when it was last changed, in nanoseconds.
    """

    path: str
    sha256: str
    size: int
    mtime_ns: int

    @property
    def parts(self) -> tuple[str, ...]:
        """Key by which files are ordered."""
        return tuple(self.path.split("/"))


@dataclass(frozen=True)
class Listing:
    """Record of a folder in an artefact.

    Attributes:
        root: the folder that the files are in.
        files: how many there are.
        bytes: their size together.
        links: symbolic links that were left out.
        folders: all folders below, empty ones as well.
        listed_ns: when the listing began, in nanoseconds.
    """

    root: str
    files: int
    bytes: int
    links: int
    folders: tuple[str, ...]
    listed_ns: int


class ListingWriter:
    """Writes ``files.jsonl`` and computes the digest of the folder.

    Args:
        folder: where to.
    """

    def __init__(self, folder: Path) -> None:
        self.files = self.bytes = 0
        self._path = folder / FILES
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The digest of all files, hexadecimal."""
        return self._digest.hexdigest()

    def __enter__(self) -> "ListingWriter":
        with storage_errors(self._path):
            self._stream = self._path.open("w", encoding="ascii")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()

    def add(self, file: ListedFile) -> None:
        """Write a file's line."""
        line = json.dumps([file.path, file.sha256, file.size, file.mtime_ns])
        with storage_errors(self._path):
            self._stream.write(f"{line}\n")
        self._digest.update(f"{file.sha256}  ".encode())
        self._digest.update(file.path.encode("utf-8", "surrogateescape") + b"\n")
        self.files += 1
        self.bytes += file.size


def write_listing(folder: Path, listing: Listing) -> None:
    """Write what is known of the folder as a whole, beside its files."""
    write_json(folder / FOLDER, asdict(listing))


def read_listing(artifact: Path) -> Listing | None:
    """Return what an artefact of the downloads says of a folder, None if it holds a file.

    Raises:
        DataError: what it says cannot be read.
    """
    try:
        fields = read_json_file(artifact / FOLDER)
        return Listing(**{**fields, "folders": tuple(fields["folders"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{artifact} is not a listed folder: {error!r}") from error


def read_files(artifact: Path) -> Iterator[ListedFile]:
    """Yield the files of a listed folder in their order.

    Raises:
        DataError: the list is damaged.
    """
    try:
        with (artifact / FILES).open(encoding="ascii") as stream:
            for line in stream:
                yield ListedFile(*json.loads(line))
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{artifact / FILES} cannot be read: {error}") from error
