"""The files of a folder: of this machine as it is, or as it was listed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from tasks.datasets.names import is_junk, shown
from tasks.datasets.tree import TreeFile
from tasks.download.listing import Listing, read_files
from tasks.errors import DataError
from tasks.storage.local_files import file_sha256
from tasks.storage.proof import require_whole
from tasks.storage.walk import unreadable, walk


class Folder:
    """A folder of this machine as it is.

    A symbolic link is left out and counted where it leads to somewhere within the folder.

    Args:
        root: the folder.
        junk: files that were passed over before.
        links: symbolic links that were left out before.
    """

    def __init__(self, root: Path, *, junk: int = 0, links: int = 0) -> None:
        self.root = root
        self._before = _Survey(junk, links, [])

    @property
    def junk(self) -> int:
        """Files that are passed over."""
        return self._survey.junk

    @property
    def links(self) -> int:
        """Symbolic links that are left out."""
        return self._survey.links

    @property
    def folders(self) -> list[str]:
        """All folders below."""
        return self._survey.folders

    def files(self) -> Iterator[TreeFile]:
        """Yield the files, in any order; can be called again.

        Raises:
            DataError: a symbolic link leads out of the folder.
        """
        for path, entry in walk(self.root):
            if entry.is_file(follow_symlinks=False) and not is_junk(path):
                yield TreeFile(path)

    def check_unchanged(self) -> None:
        """Do nothing: nobody listed it before."""

    @cached_property
    def _survey(self) -> "_Survey":
        survey = replace(self._before, folders=[])
        for path, entry in walk(self.root):
            survey.links += entry.is_symlink()
            survey.junk += entry.is_file(follow_symlinks=False) and is_junk(path)
            if entry.is_dir(follow_symlinks=False) and not is_junk(f"{path}/file"):
                survey.folders.append(path)
        return survey


class ListedFolder:
    """A folder as ``download_folder`` listed it.

    Args:
        artifact: the folder that ``download_folder`` made.
        listing: what it says of the folder.
    """

    def __init__(self, artifact: Path, listing: Listing) -> None:
        self._artifact = artifact
        self.root = artifact / listing.root
        self.links = listing.links
        self.folders = [path for path in listing.folders if not is_junk(f"{path}/file")]

    @cached_property
    def junk(self) -> int:
        """Files that are passed over."""
        return sum(is_junk(file.path) for file in read_files(self._artifact))

    def files(self) -> Iterator[TreeFile]:
        """Yield the files, in the order of the list; can be called again."""
        for file in read_files(self._artifact):
            if not is_junk(file.path):
                yield TreeFile(file.path)

    def check_unchanged(self) -> None:
        """Raise a ``DataError`` if a file is not what it was when the folder was listed."""
        require_whole(self._artifact)
        for file in read_files(self._artifact):
            path = self.root / file.path
            try:
                facts = path.stat()
                same = (facts.st_size, facts.st_mtime_ns) == (file.size, file.mtime_ns)
                changed = not same and file_sha256(path) != file.sha256
            except OSError as error:
                raise unreadable(path, error) from error
            if changed:
                raise DataError(f"{shown(str(path))} was changed while it was read; run again")


@dataclass
class _Survey:
    junk: int
    links: int
    folders: list[str]
