from collections.abc import Iterator
from pathlib import Path

import pytest

from support.sources import FILES, encoded, image, write_folder
from tasks.datasets.folder_tree import Folder
from tasks.datasets.index import Index
from tasks.datasets.reading import Reading, read_all
from tasks.datasets.recognise import recognise
from tasks.datasets.spill import Spill


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = Index(tmp_path / "index")
    yield index
    index.close()


@pytest.fixture
def spill(tmp_path: Path) -> Iterator[Spill]:
    spill = Spill(tmp_path / "spill")
    yield spill
    spill.close()


def read(folder: Path, index: Index, spill: Spill) -> Reading:
    return read_all(recognise(Folder(folder)), index, spill)


def test_what_is_kept_is_not_spilled(tmp_path: Path, index: Index, spill: Spill) -> None:
    png = encoded(image(5), "PNG")
    files = {**FILES, "rose/a.png": png, "rose/b.jpg": b"?", "rose/c.txt": b"?"}
    reading = read(write_folder(tmp_path / "f", files), index, spill)
    assert (reading.pictures, reading.bad, reading.passed_over) == (26, 1, 1)
    assert reading.converted == 1
    spilled = list(index.rows("SELECT name, size, spilled FROM pictures WHERE place IS NULL"))
    ((name, size, offset),) = spilled
    assert name == b"rose/a.png"
    assert spill.read(offset, size)[:3] == b"\xff\xd8\xff"
    assert index.value("SELECT COUNT(*) FROM pictures WHERE spilled IS NULL") == 24
    assert list(index.rows("SELECT name FROM skipped")) == [("rose/b.jpg",)]


def test_classes_are_numbered_as_they_come(tmp_path: Path, index: Index, spill: Spill) -> None:
    reading = read(write_folder(tmp_path / "f", FILES), index, spill)
    for number, found in enumerate(reading.classes):
        names = index.rows("SELECT name FROM pictures WHERE source_label = ?", number)
        assert {name.decode().split("/")[0] for (name,) in names} == {found.label}
