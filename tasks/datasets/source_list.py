"""Pictures that a list names."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tasks.datasets.entry import Classes, Entry, Found, Loaded
from tasks.datasets.list_layout import MAX_LINE, check_inside, parse_list
from tasks.datasets.source_folder import named_classes, read_picture, read_whole
from tasks.datasets.tree import Tree
from tasks.errors import DataError, PictureError
from tasks.storage.walk import unreadable


class ListSource:
    """Pictures that a CSV or JSON lines file names, relative to itself.

    Args:
        tree: the files; the list is one of them.
        name: the list's path in the tree.
        labelled: if False, nothing but the paths is read.
    """

    layout = "list"
    splits: frozenset[str] = frozenset()

    def __init__(self, tree: Tree, name: str, *, labelled: bool = True) -> None:
        self._labelled = labelled
        self._root = (tree.root / name).parent
        self._tree_root = tree.root
        self.name = name
        self.total = sum(1 for _ in self.entries())

    def entries(self) -> Iterator[Entry]:
        """Yield the rows of the list.

        Raises:
            DataError: the list is not as expected, or a path leads out of the list's folder.
        """
        yield from self.entries_in(self._tree_root)

    def entries_in(self, root: Path) -> Iterator[Entry]:
        """Yield the rows of the list, or of a copy of it.

        Args:
            root: the folder of the data set, or one with a copy of the list.
        """
        lines = read_lines(root / self.name)
        for row in parse_list(lines, self.name, labelled=self._labelled):
            check_inside(row, self.name)
            yield Entry(
                where=f"{self.name}: line {row.number}: {row.path}",
                name=row.path.removeprefix("./"),
                label=row.label,
                split=row.split,
                group=row.group,
                place=row.path,
            )

    def load(self, entry: Entry) -> Loaded:
        """Return the content of the file that a row names."""
        path = self._root / (entry.place or "")
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise PictureError("leads out of the list's folder by a link")
        data = read_picture(path, pass_over=False)
        return Loaded(data, entry.label or "", entry.name)

    def read(self, place: str) -> bytes:
        """Return the content of a file again."""
        return read_whole(self._root / place)

    def classes(self, found: Sequence[Found]) -> Classes:
        """Return the labels of the list, in natural order."""
        return named_classes(found)

    def remarks(self) -> list[str]:
        """Return what looks odd: nothing."""
        return []


def read_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a text file, with their ends.

    Raises:
        DataError: it is no UTF-8 text, or a line is too long.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            while line := stream.readline(MAX_LINE + 1):
                if len(line) > MAX_LINE:
                    raise DataError(
                        f"{path.name} has a line of more than {MAX_LINE:,} characters, expected "
                        "at most that"
                    )
                yield line
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8 text: {error}") from error
    except OSError as error:
        raise unreadable(path, error) from error
