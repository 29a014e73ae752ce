"""Pictures without labels: all that are in a folder, however deep."""

from collections.abc import Iterator, Sequence

from tasks.datasets.entry import Classes, Entry, Found, Loaded
from tasks.datasets.source_folder import read_picture, read_whole
from tasks.datasets.tree import Tree


class LooseSource:
    """Pictures anywhere below a folder; the names of folders mean nothing.

    Args:
        tree: the files.
    """

    layout = "folder"
    splits: frozenset[str] = frozenset()

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.total = sum(1 for _ in tree.files())

    def entries(self) -> Iterator[Entry]:
        """Yield all files."""
        for file in self._tree.files():
            yield loose_entry(file.path)

    def load(self, entry: Entry) -> Loaded:
        """Return the content of a file."""
        return Loaded(read_picture(self._tree.root / entry.where, pass_over=True), "", entry.name)

    def read(self, place: str) -> bytes:
        """Return the content of a file again."""
        return read_whole(self._tree.root / place)

    def classes(self, found: Sequence[Found]) -> Classes:  # noqa: ARG002 - there are none
        """Return no classes."""
        return Classes((), {})

    def remarks(self) -> list[str]:
        """Return what looks odd: nothing."""
        return []


def loose_entry(path: str) -> Entry:
    """Return the entry of a file without a label."""
    return Entry(where=path, name=path, label="", place=path)
