"""Pictures in folders, one for each class."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tasks.datasets.dataset import TEST
from tasks.datasets.entry import Classes, Entry, Found, Loaded, PassedOver
from tasks.datasets.folder_layout import FolderLayout, named_as_picture, recognise_folder
from tasks.datasets.names import check_case, class_name, counted, listed, natural_order, shown
from tasks.datasets.picture import MAX_BYTES
from tasks.datasets.signature import HEAD_BYTES, PICTURES, kind_of
from tasks.datasets.tree import Tree
from tasks.errors import DataError, PictureError
from tasks.storage.walk import unreadable

_SHOWN = 10


class FolderSource:
    """Pictures in a folder for each class, the folders in one for each split or not.

    Args:
        tree: the files.

    Raises:
        DataError: there is only one class or none.
    """

    layout = "folder"

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        #: The layout of the folders.
        self.folders = recognise_folder(_picture_folders(tree))
        self.splits = frozenset(self.folders.splits.values()) - {TEST}
        self._outside: list[str] = []
        self._outside_count = 0
        self._labels: set[str] = set()
        self.total = sum(self.folders.place(file.path) is not None for file in tree.files())

    def entries(self) -> Iterator[Entry]:
        """Yield all files in classes."""
        for file in self._tree.files():
            entry = folder_entry(self.folders, file.path)
            if entry:
                yield entry
            elif named_as_picture(file.path):
                self.note_outside([file.path], 1)

    def load(self, entry: Entry) -> Loaded:
        """Return the content of a file."""
        data = read_picture(self._tree.root / entry.where, pass_over=True)
        return Loaded(data, entry.label or "", entry.name)

    def read(self, place: str) -> bytes:
        """Return the content of a file again."""
        return read_whole(self._tree.root / place)

    def classes(self, found: Sequence[Found]) -> Classes:
        """Return the names of the folders with pictures, in natural order."""
        self._labels = {str(each.label) for each in found}
        return named_classes(found)

    def remarks(self) -> list[str]:
        """Return what looks odd: empty folders and pictures outside of any class."""
        remarks = list(self.folders.warnings)
        if self._outside_count:
            remarks.append(
                f"{counted(self._outside_count, 'picture')} outside of any class left out: "
                f"{listed(natural_order(self._outside), self._outside_count)}"
            )
        empty = _empty_classes(self._tree, self.folders, self._labels)
        if empty:
            remarks.append(f"class folders without a picture: {listed(empty)}")
        return remarks

    def note_outside(self, paths: Sequence[str], count: int) -> None:
        """Note pictures outside of any class.

        Args:
            paths: some of them, or all.
            count: how many there are.
        """
        self._outside_count += count
        self._outside += paths[: _SHOWN - len(self._outside)]


def folder_entry(layout: FolderLayout, path: str) -> Entry | None:
    """Return the entry of a file, None if it is outside of any class.

    Raises:
        DataError: its folder's name cannot be that of a class.
    """
    placed = layout.place(path)
    if placed is None:
        return None
    label = class_name(placed.label, f"folder {shown(path.rpartition('/')[0])}")
    return Entry(where=path, name=placed.name, label=label, split=placed.split, place=path)


def named_classes(found: Sequence[Found]) -> Classes:
    """Return classes that are told by name, in natural order.

    Raises:
        DataError: two differ in case alone.
    """
    names = natural_order(str(each.label) for each in found)
    check_case(names)
    return Classes(tuple(names), {name: label for label, name in enumerate(names)})


def read_picture(path: Path, *, pass_over: bool) -> bytes:
    """Return the content of a file that may be a picture.

    Args:
        path: the file.
        pass_over: whether what is no picture and not named as one is none of ours.

    Raises:
        PassedOver: it is such a file.
        PictureError: it is not there, or larger than a picture may be.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            if pass_over:
                check_is_ours(head, path.name)
            data = head + stream.read(MAX_BYTES + 1 - len(head))
    except FileNotFoundError:
        raise PictureError("is not there") from None
    except OSError as error:
        raise unreadable(path, error) from error
    check_length(data)
    return data


def check_is_ours(head: bytes, name: str) -> None:
    """Raise ``PassedOver`` for a file that is no picture and not named as one.

    Args:
        head: its first ``HEAD_BYTES`` or more.
        name: its name or path.
    """
    if kind_of(head[:HEAD_BYTES]) not in PICTURES and not named_as_picture(name):
        raise PassedOver(name)


def check_length(data: bytes) -> None:
    """Raise a ``PictureError`` if a file that was read up to one byte too many is too large."""
    if len(data) > MAX_BYTES:
        raise PictureError(f"has more than {MAX_BYTES:,} bytes, expected at most that")


def read_whole(path: Path) -> bytes:
    """Return the content of a file that was read before.

    Raises:
        DataError: it cannot be read any more.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from error


def changed(where: str) -> DataError:
    """Return the error of a file that is not what it was when it was first read."""
    return DataError(f"{shown(where)} was changed while the data set was read; run again")


def _picture_folders(tree: Tree) -> set[tuple[str, ...]]:
    """Return the folders of the files that are named as pictures; of all files if none is."""
    named: set[tuple[str, ...]] = set()
    others: set[tuple[str, ...]] = set()
    for file in tree.files():
        folder = tuple(file.path.split("/")[:-1])
        (named if named_as_picture(file.path) else others).add(folder)
    return named or others


def _empty_classes(tree: Tree, layout: FolderLayout, labels: set[str]) -> list[str]:
    """Return the class folders without a file, and those of classes without a picture."""
    used = {
        (placed.split, placed.label) for file in tree.files() if (placed := layout.place(file.path))
    }
    empty = []
    for folder in tree.folders:
        placed = layout.class_folder(folder)
        if placed and (
            (placed.split, placed.label) not in used
            or class_name(placed.label, folder) not in labels
        ):
            empty.append(folder)
    return natural_order(empty)
