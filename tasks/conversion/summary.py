"""The summary of a listing: what the driver knows of the files of a folder."""

import hashlib
from dataclasses import dataclass, field

from tasks.datasets.folder_layout import named_as_picture
from tasks.datasets.labels import LABEL_FILES
from tasks.datasets.names import is_junk
from tasks.datasets.recognise import MOST_OPENED, UNFINISHED, is_list_name
from tasks.datasets.shard_names import looks_like_shard


@dataclass
class FolderFacts:
    """Files directly in one folder, junk left out.

    Attributes:
        files: how many there are.
        pictures: how many are named as pictures.
        picture: the first of these by name.
        other: the first of the others.
    """

    files: int = 0
    pictures: int = 0
    picture: str = ""
    other: str = ""

    def add(self, more: "FolderFacts") -> None:
        """Count what another task found in the same folder."""
        self.files += more.files
        self.pictures += more.pictures
        self.picture = _first(self.picture, more.picture)
        self.other = _first(self.other, more.other)


@dataclass
class Summary:
    """All files, as far as the layout depends on them; it grows with folders, not with pictures.

    Attributes:
        folders: facts by the path of the folder.
        sizes: bytes of the files that may tell the layout, by path: those named as lists, as label
            files or as TFRecord files, and the first ones of no telling name.
        unnamed: those of ``sizes`` with no telling name.
        junk: how many files systems and packers left.
        links: how many symbolic links there are.
        state: sum of the digests of all files' paths, sizes and times, junk left out: it is another
            one whenever a file is.
    """

    folders: dict[str, FolderFacts] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    unnamed: list[str] = field(default_factory=list)
    junk: int = 0
    links: int = 0
    state: int = 0

    def note(self, path: str, size: int, changed: int = 0) -> None:
        """Count a file.

        Args:
            path: below the folder that is listed.
            size: in bytes.
            changed: time of its last change, in milliseconds since 1970.
        """
        if is_junk(path):
            self.junk += 1
            return
        facts_of_file = f"{size}\t{changed}\t{path}".encode("utf-8", "surrogateescape")
        self._add_state(int.from_bytes(hashlib.sha256(facts_of_file).digest()[:8]))
        facts = self.folders.setdefault(path.rpartition("/")[0], FolderFacts())
        named = named_as_picture(path)
        facts.add(FolderFacts(1, named, path if named else "", "" if named else path))
        if named:
            return
        telling = is_telling(path)
        if telling or len(self.unnamed) < MOST_OPENED:
            self.sizes[path] = size
            if not telling:
                self.unnamed.append(path)

    def merge(self, other: "Summary") -> "Summary":
        """Return this summary with what another task found."""
        for folder, facts in other.folders.items():
            self.folders.setdefault(folder, FolderFacts()).add(facts)
        self.sizes.update(other.sizes)
        self.unnamed = sorted([*self.unnamed, *other.unnamed])
        for path in self.unnamed[MOST_OPENED:]:
            del self.sizes[path]
        del self.unnamed[MOST_OPENED:]
        self.junk += other.junk
        self.links += other.links
        self._add_state(other.state)
        return self

    def _add_state(self, digest: int) -> None:
        self.state = (self.state + digest) % 2**64


def is_telling(path: str) -> bool:
    """Return whether a file's name says that the layout may depend on it."""
    name = path.rpartition("/")[2].lower()
    named = name in LABEL_FILES or is_list_name(name) or name == UNFINISHED
    return named or looks_like_shard(path)


def _first(one: str, other: str) -> str:
    return min(one, other) if one and other else one or other
