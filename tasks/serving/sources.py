"""Pictures that a user names: files, folders and URLs."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tasks.datasets.folder_layout import named_as_picture
from tasks.datasets.picture import MAX_BYTES
from tasks.download.download import download, downloaded_file
from tasks.download.transfer import RetryPolicy, TooLargeError
from tasks.errors import DataError, GraftError, PictureError
from tasks.storage.locations import local_path
from tasks.storage.redaction import redact
from tasks.storage.walk import unreadable, walk

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# Somebody waits for the answer.
_POLICY = RetryPolicy(attempts=2, connect_timeout=5.0, read_timeout=15.0, first_wait=0.5)


@dataclass(frozen=True)
class Source:
    """One picture.

    Attributes:
        name: as the user knows it, without secrets.
        load: returns its bytes, or raises a ``GraftError``.
    """

    name: str
    load: Callable[[], bytes]


def find_sources(names: Iterable[str], downloads: Path) -> Iterator[Source]:
    """Yield the pictures that a user names, those of a folder in the order of their paths.

    Args:
        names: paths of files and folders, and URLs.
        downloads: the folder of all downloads.

    Raises:
        DataError: a folder has no pictures, or cannot be read.
    """
    for name in names:
        if _URL.match(name) and not name.lower().startswith("file:"):
            yield Source(redact(name), partial(_download, name, downloads))
            continue
        path = local_path(name) if _URL.match(name) else Path(name).expanduser()
        if path.is_dir():
            yield from _in_folder(path)
        else:
            yield Source(str(path), partial(_read, path))


def _in_folder(folder: Path) -> Iterator[Source]:
    empty = True
    for path, entry in walk(folder, ordered=True):
        if named_as_picture(path) and entry.is_file():
            empty = False
            yield Source(str(folder / path), partial(_read, folder / path))
    if empty:
        raise DataError(f"{str(folder)!r} has no pictures in it or in the folders below it")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return _bounded(stream.read(MAX_BYTES + 1))
    except FileNotFoundError:
        raise PictureError("is not there: expected a picture, a folder or a URL") from None
    except OSError as error:
        raise unreadable(path, error) from None


def _download(url: str, downloads: Path) -> bytes:
    try:
        artifact = download(url, downloads, policy=_POLICY, max_bytes=MAX_BYTES)
    except TooLargeError:
        raise _too_large() from None
    except GraftError as error:
        shown = redact(url)
        # The name of the picture stands before the message already.
        raise PictureError(str(error).removeprefix(shown).lstrip(": ")) from None
    return _bounded(downloaded_file(artifact.path).read_bytes())


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise _too_large()
    return data


def _too_large() -> PictureError:
    return PictureError(f"has more than {MAX_BYTES:,} bytes, the most of a picture")
