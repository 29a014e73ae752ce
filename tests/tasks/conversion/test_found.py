"""The source of a conversion by Spark: recognised, or refused with a sentence."""

from pathlib import Path

import pytest

from support.sources import FILES, encoded, image, write_folder, write_zip
from tasks.conversion.found import find_source
from tasks.conversion.store import PictureStore
from tasks.datasets.source_folder import FolderSource
from tasks.errors import DataError
from tasks.storage.locations import RemotePath


def test_a_folder_knows_its_pictures_and_those_outside(
    store: PictureStore, remote: RemotePath, tmp_path: Path
) -> None:
    outside = {f"{number}.jpg": encoded(image(number)) for number in range(3)}
    write_folder(tmp_path / "in", {**FILES, **outside, "rose/.DS_Store": b""})
    found = find_source(store, remote / "in", "auto", tmp_path / "sketch")
    root, listed, sketch, source = found
    assert (root, source.total) == (remote / "in", len(FILES))
    assert listed.files.count() == len(FILES) + 3
    assert sketch.junk == 1
    assert isinstance(source, FolderSource)
    assert source.remarks()[0] == ("3 pictures outside of any class left out: '0.jpg' and 2 more")


def test_an_archive_is_refused(store: PictureStore, tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", FILES)
    message = r"is an archive \(zip\), which executors cannot share out among them: unpack it"
    with pytest.raises(DataError, match=message):
        find_source(store, archive, "auto", tmp_path / "sketch")


def test_a_place_where_nothing_is(store: PictureStore, remote: RemotePath, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none cannot be read \(.*\); for its settings see"):
        find_source(store, remote / "none", "auto", tmp_path)


def test_pictures_without_classes(store: PictureStore, tmp_path: Path) -> None:
    source = write_folder(tmp_path / "in", {"1.jpg": FILES["rose/0.jpg"]})
    with pytest.raises(DataError, match="has pictures but no subfolders"):
        find_source(store, source, "auto", tmp_path / "sketch")


def test_a_layout_that_it_is_not(store: PictureStore, tmp_path: Path) -> None:
    source = write_folder(tmp_path / "in", FILES)
    with pytest.raises(DataError, match="has no data set; expected Parquet files; it holds"):
        find_source(store, source, "parquet", tmp_path / "sketch")
