"""What folders mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.datasets.folder_layout import Placed, named_as_picture, recognise_folder
from tasks.errors import DataError


def layout(*folders: str) -> object:
    return recognise_folder({tuple(f.split("/")) if f else () for f in folders})


@pytest.mark.parametrize(
    ("folders", "path", "placed"),
    [
        (["a", "b"], "a/1.jpg", Placed("a/1.jpg", "a", None)),
        (["a", "b"], "1.jpg", None),
        (["x/y/a", "x/y/b"], "x/y/b/1.jpg", Placed("b/1.jpg", "b", None)),
        (["x/y/a", "x/y/b"], "x/1.jpg", None),
        (["x/y/a", "x/y/b"], "z/a/1.jpg", None),
        (["a", "b/c"], "b/c/1.jpg", Placed("b/c/1.jpg", "b", None)),
        (["train/a", "train/b", "val/a"], "val/a/1.jpg", Placed("val/a/1.jpg", "a", "validation")),
        (["d/Train/a", "d/Test/a"], "d/Test/a/1.jpg", Placed("Test/a/1.jpg", "a", "test")),
        (["train/a", "train/b", "test"], "test/1.jpg", None),
        (["train/a", "train/b", "test/a", "more/a"], "more/a/1.jpg", None),
        (["train/a", "train/b"], "train/a/1.jpg", Placed("a/1.jpg", "a", None)),
        # A class of vehicles, and two classes without anything below them.
        (["train", "bus"], "train/1.jpg", Placed("train/1.jpg", "train", None)),
        (["train", "test"], "train/1.jpg", Placed("train/1.jpg", "train", None)),
    ],
)
def test_place(folders: list[str], path: str, placed: Placed | None) -> None:
    assert recognise_folder({tuple(f.split("/")) for f in folders}).place(path) == placed


def test_class_folders() -> None:
    found = recognise_folder({("x", "train", "a"), ("x", "val", "a")})
    assert found.class_folder("x/train/lily") == Placed("train/lily/any", "lily", "train")
    assert found.class_folder("x/train") is None
    assert found.class_folder("x/train/lily/deeper") is None


@pytest.mark.parametrize(
    ("folders", "message"),
    [
        ([], "has no pictures; expected a subfolder of pictures for each class"),
        ([""], "has pictures but no subfolders; expected a subfolder for each class, or a list"),
        (["a"], "one folder only, 'a': one class, so nothing to tell apart"),
        (["x/a"], "one folder only, 'x/a'"),
        (["train/a", "val/a", "validation/a"], "2 folders of the split validation: 'val', 'valid"),
    ],
)
def test_refused(folders: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        layout(*folders)


def test_what_looks_odd_is_told() -> None:
    found = recognise_folder({("images", "a"), ("images", "b"), ("extra", "a")})
    assert found.warnings == (
        "pictures of 'extra', 'images' lie only in subfolders of these; each is one class all the "
        "same",
    )
    found = recognise_folder({("train", "a"), ("test", "a"), ("more", "a")})
    assert found.warnings == ("folders beside the splits are left out: 'more'",)


def test_named_as_picture() -> None:
    assert all(named_as_picture(f"a/b.{suffix}") for suffix in ("jpg", "JPEG", "Png", "heic"))
    assert not any(named_as_picture(name) for name in ("jpg", "a.txt", "a.jpg.txt", "a"))


parts = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=8)


@given(st.sets(st.lists(parts | st.sampled_from(["train", "val", "test"]), max_size=4).map(tuple)))
def test_any_folders_are_placed_or_refused(folders: set[tuple[str, ...]]) -> None:
    try:
        found = recognise_folder(folders)
    except DataError:
        return
    for folder in folders:
        path = "/".join((*folder, "1.jpg"))
        placed = found.place(path)
        if placed:
            assert path.endswith(placed.name)
            assert placed.label in placed.name.split("/")[:2]
