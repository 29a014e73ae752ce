"""The layout of a folder of pictures: which parts of a path are split and class.

Only names are looked at here, so that the same rules hold for folders, archives and file systems
that only Spark reads.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from tasks.datasets.dataset import TEST, TRAIN, VALIDATION
from tasks.datasets.names import listed, shown
from tasks.datasets.shard_names import SPLIT_WORDS
from tasks.errors import DataError

Parts = tuple[str, ...]

_PICTURE_SUFFIXES = {
    *("jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff"),
    # What is not read but is a picture: left out as a bad one, not as another kind of file.
    *("heic", "heif", "avif", "jp2", "j2k", "jxl", "svg", "psd", "ico", "raw", "cr2", "nef", "dng"),
}


@dataclass(frozen=True)
class Placed:
    """Where a picture stands in the layout.

    Attributes:
        name: its path below the data set's own folder.
        label: the name of its class's folder.
        split: one of the splits, None where the layout has none.
    """

    name: str
    label: str
    split: str | None


@dataclass(frozen=True)
class FolderLayout:
    """How the folders of a data set are to be read.

    Attributes:
        base: the folders around the data set.
        splits: the split by the name of its folder; empty where the classes are on top.
        warnings: what looks odd about it.
    """

    base: Parts
    splits: dict[str, str]
    warnings: tuple[str, ...] = field(default=())

    def place(self, path: str) -> Placed | None:
        """Return where a file stands, None if that is outside of any class.

        Args:
            path: the file's path below the source's folder.
        """
        parts = tuple(path.split("/"))
        inner = parts[len(self.base) :]
        if parts[: len(self.base)] != self.base:
            return None
        depth = 1 if self.splits else 0
        if len(inner) < depth + 2:
            return None
        if self.splits and inner[0] not in self.splits:
            return None
        split = self.splits[inner[0]] if self.splits else None
        return Placed("/".join(inner), inner[depth], split)

    def class_folder(self, path: str) -> Placed | None:
        """Return what a folder is the class folder of, None if it is none."""
        depth = len(self.base) + (2 if self.splits else 1)
        return self.place(f"{path}/any") if path.count("/") + 1 == depth else None


def named_as_picture(path: str) -> bool:
    """Whether a file's name ends as those of pictures do."""
    _, dot, suffix = path.rpartition(".")
    return bool(dot) and suffix.lower() in _PICTURE_SUFFIXES


def recognise_folder(folders: Collection[Parts]) -> FolderLayout:
    """Return the layout of a folder of pictures.

    Folders around the data set are passed over however deep, while there is only one place. With
    ``train`` on top beside ``validation`` or ``test`` (or their short names), these are splits and
    the classes are below; else the classes are on top. What is deeper belongs to the class.

    Args:
        folders: those that pictures lie in directly, each as the parts of its path.

    Raises:
        DataError: there is only one folder, or none, so that there are no classes to tell apart.
    """
    base = _common(folders)
    tops = {folder[len(base)] for folder in folders if len(folder) > len(base)}
    if len(folders) < 2 or not tops:
        raise _no_classes(folders)
    splits = {top: SPLIT_WORDS[top.lower()] for top in sorted(tops) if top.lower() in SPLIT_WORDS}
    if not _are_splits(splits, base, folders):
        return FolderLayout(base, {}, tuple(_odd(tops, base, folders, 1)))
    _check_splits(splits)
    warnings = []
    others = sorted(tops - set(splits))
    if others:
        warnings.append(f"folders beside the splits are left out: {listed(others)}")
    return FolderLayout(base, splits, tuple(warnings))


def _common(folders: Iterable[Parts]) -> Parts:
    ordered = sorted(folders)
    if not ordered:
        return ()
    first, last = ordered[0], ordered[-1]
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


def _no_classes(folders: Collection[Parts]) -> DataError:
    (only,) = folders or ((),)
    if not folders:
        return DataError("has no pictures; expected a subfolder of pictures for each class")
    if only:
        return DataError(
            f"has pictures in one folder only, {shown('/'.join(only))}: one class, so nothing to "
            "tell apart; expected a subfolder for each class"
        )
    return DataError(
        "has pictures but no subfolders; expected a subfolder for each class, or a list: "
        "a CSV file with the columns path and label"
    )


def _are_splits(splits: dict[str, str], base: Parts, folders: Collection[Parts]) -> bool:
    """Whether folders named as splits are splits, and not classes of that name."""
    if TRAIN not in splits.values() or len(set(splits.values())) < 2:
        return False
    training = {top for top, split in splits.items() if split == TRAIN}
    return any(len(folder) > len(base) + 1 and folder[len(base)] in training for folder in folders)


def _check_splits(splits: dict[str, str]) -> None:
    for split in (TRAIN, VALIDATION, TEST):
        names = [name for name, of in splits.items() if of == split]
        if len(names) > 1:
            raise DataError(f"has {len(names)} folders of the split {split}: {listed(names)}")


def _odd(tops: set[str], base: Parts, folders: Collection[Parts], depth: int) -> Iterable[str]:
    """Warn of classes whose pictures all lie deeper: these folders may not be the classes."""
    direct = {folder[-1] for folder in folders if len(folder) == len(base) + depth}
    deeper = sorted(tops - direct)
    if deeper:
        yield (
            f"pictures of {listed(deeper)} lie only in subfolders of these; each is one class all "
            "the same"
        )
