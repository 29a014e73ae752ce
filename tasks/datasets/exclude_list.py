"""List of the records that a run leaves out: the file that the param ``exclude`` names.

A line is the name of a picture, or the SHA-256 of a picture's file as 64 hexadecimal digits. The
word ``copies`` after the digits leaves one of the records with this picture. Empty lines, lines
that begin with ``#``, and what follows ``#`` after the digits are comments.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tasks.datasets.fetch import as_url
from tasks.datasets.source_list import read_lines
from tasks.download.credentials import NO_CREDENTIALS, Credentials
from tasks.download.download import download, downloaded_file
from tasks.download.transfer import TooLargeError
from tasks.errors import DataError
from tasks.storage.locations import local_path
from tasks.storage.paths import Home
from tasks.storage.redaction import redact
from tasks.storage.shown import shown

#: The largest list: far more than a person reads.
MAX_ENTRIES = 100_000
MAX_BYTES = 16 * 2**20
#: The word after a digest that leaves one of the records.
COPIES = "copies"

_DIGEST = re.compile(r"([0-9a-fA-F]{64})(?:\s+(.*))?")


@dataclass(frozen=True)
class ExcludeList:
    """Records to leave out.

    Attributes:
        names: of their pictures.
        digests: SHA-256 of their pictures, 64 small hexadecimal digits.
        copies: the same of pictures of which one record stays.
    """

    names: frozenset[str] = frozenset()
    digests: frozenset[str] = frozenset()
    copies: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.names) + len(self.digests) + len(self.copies)

    @property
    def digest(self) -> str:
        """SHA-256 of the entries, whatever their order and the comments beside them."""
        content = [sorted(entries) for entries in (self.names, self.digests, self.copies)]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def fetch_exclude_list(place: str, home: Home, credentials: Credentials = NO_CREDENTIALS) -> Path:
    """Return the file of a list: that of this machine, or a download of it.

    Args:
        place: as the param ``exclude`` names it.
        home: where downloads are.
        credentials: for the list's source.

    Raises:
        DataError: there is no such file, or it is too large.
        NetworkError: the source did not answer, or broke off, in all attempts.
    """
    url = as_url(place)
    if urlsplit(url).scheme == "file":
        return local_path(url)
    try:
        found = download(url, home.downloads, credentials=credentials, max_bytes=MAX_BYTES)
    except TooLargeError:
        raise _refused(url, "is too large", f"at most {MAX_BYTES:,} bytes") from None
    return downloaded_file(found.path)


def read_exclude_list(path: Path) -> ExcludeList:
    """Return the entries of a list.

    Raises:
        DataError: the file cannot be read, is too large or no UTF-8 text, or a line is no entry.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _refused(
            redact(str(path)), f"cannot be read ({error.strerror})", "a text file"
        ) from None
    if not path.is_file():
        raise _refused(path, "is no file", "a text file")
    if size > MAX_BYTES:
        raise _refused(path, f"has {size:,} bytes", f"at most {MAX_BYTES:,}")
    return parse_exclude_list(read_lines(path), path)


def parse_exclude_list(lines: Iterable[str], path: Path) -> ExcludeList:
    """Return the entries in the lines of a list.

    Args:
        lines: with or without their ends.
        path: of the list, for messages.

    Raises:
        DataError: a line is no entry, or there are too many.
    """
    entries: dict[str, set[str]] = {"names": set(), "digests": set(), COPIES: set()}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if "\0" in text:
            raise _refused(
                redact(str(path)), f"has a NUL character in line {number}", "a text file"
            )
        if not text or text.startswith("#"):
            continue
        found = _DIGEST.fullmatch(text)
        if not found:
            entries["names"].add(text)
            continue
        word = (found[2] or "").partition("#")[0].strip()
        if word not in {"", COPIES}:
            expected = f"{COPIES!r}, a comment that begins with # or nothing"
            raise _refused(
                redact(str(path)),
                f"has {shown(word)!r} after the digits in line {number}",
                expected,
            )
        entries[word or "digests"].add(found[1].lower())
    read = ExcludeList(**{kind: frozenset(found) for kind, found in entries.items()})
    if len(read) > MAX_ENTRIES:
        raise _refused(path, f"has {len(read):,} entries", f"at most {MAX_ENTRIES:,}")
    return read


def _refused(place: Path | str, what: str, expected: str) -> DataError:
    return DataError(f"exclude: the list {redact(str(place))} {what}, expected {expected}")
