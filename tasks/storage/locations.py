"""Locations: paths on this machine, and URLs of Hadoop's file systems."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from tasks.errors import ParamsError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# In a URL with a folder.
_SLASHES = 3


@dataclass(frozen=True)
class RemotePath:
    """A file or folder on a file system that only Hadoop can access.

    Attributes:
        url: scheme, authority and path, without a slash at its end.
    """

    url: str

    def __truediv__(self, name: str) -> "RemotePath":
        return RemotePath(f"{self.url}/{name}")

    def __str__(self) -> str:
        return self.url

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.url.rpartition("/")[2]

    @property
    def parent(self) -> "RemotePath":
        """The folder that holds it."""
        return RemotePath(self.url.rpartition("/")[0])


Location = Path | RemotePath


def local_path(url: str) -> Path:
    """Return the path that a ``file://`` URL names; bytes that are not UTF-8 stay what they are.

    >>> local_path("file:///my%20pictures")
    PosixPath('/my pictures')
    """
    quoted = urlsplit(url).path.encode("utf-8", "surrogateescape")
    return Path(os.fsdecode(unquote_to_bytes(quoted)))


def location(text: str) -> Location:
    """Return a path, or the ``RemotePath`` of a URL; a ``file://`` URL is a path.

    Raises:
        ParamsError: the URL has a password in it.
    """
    if not _URL.match(text):
        return Path(text)
    parts = urlsplit(text)
    if parts.scheme.lower() == "file":
        return local_path(text)
    # A user alone, as in abfss://container@account, is not a secret.
    if parts.password is not None:
        raise ParamsError(
            f"a {parts.scheme}:// URL has a password in it, which would be shown in logs: put it "
            "into core-site.xml in HADOOP_CONF_DIR, see docs/storage.md"
        )
    return RemotePath(text.rstrip("/"))


def expanded(text: str) -> Location:
    """Return ``location(text)``, with the home folder in the place of ``~``.

    Raises:
        ParamsError: the URL has a password in it.
    """
    found = location(text)
    return found.expanduser() if isinstance(found, Path) else found


def require_folder(path: Location) -> None:
    """Refuse a URL without a folder.

    Raises:
        ParamsError: it is a whole file system.
    """
    if isinstance(path, RemotePath) and path.url.count("/") < _SLASHES:
        raise ParamsError(f"{path} is a whole file system, expected a folder in it")
