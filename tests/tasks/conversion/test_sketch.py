"""The sketch of a folder: its layout is recognised without its pictures."""

from pathlib import Path

from support.sources import CLASSES, FILES, csv_list, parquet, rows_of, write_folder
from tasks.conversion.listing import list_files
from tasks.conversion.sketch import Sketch
from tasks.conversion.store import PictureStore
from tasks.datasets.folder_tree import Folder
from tasks.datasets.recognise import recognise
from tasks.datasets.source_list import ListSource
from tasks.datasets.source_parquet import ParquetSource


def sketch(store: PictureStore, source: Path, root: Path) -> Sketch:
    return Sketch(store, source, list_files(store, source), root)


def test_of_pictures_there_is_one_name_a_folder(store: PictureStore, tmp_path: Path) -> None:
    source = write_folder(tmp_path / "in", {**FILES, "rose/a.txt": b"x" * 5000})
    drawn = sketch(store, source, tmp_path / "sketch")
    assert [file.path for file in drawn.files()] == [
        *(f"{name}/0.jpg" for name in CLASSES),
        "rose/a.txt",
    ]
    assert (drawn.root / "rose/a.txt").stat().st_size == 512
    assert recognise(drawn).layout == recognise(Folder(source)).layout == "folder"


def test_a_list_is_whole(store: PictureStore, tmp_path: Path) -> None:
    rows = rows_of(FILES) * 300
    source = write_folder(tmp_path / "in", {"l.csv": csv_list(rows), "other.csv": b"a,b\n1,2\n"})
    drawn = recognise(sketch(store, source, tmp_path / "sketch"))
    assert isinstance(drawn, ListSource)
    assert (drawn.name, drawn.total) == ("l.csv", len(rows))


def test_of_parquet_there_is_the_schema(store: PictureStore, tmp_path: Path) -> None:
    source = write_folder(tmp_path / "in", {"x.parquet": parquet(FILES, tmp_path)})
    drawn = recognise(sketch(store, source, tmp_path / "sketch"))
    whole = recognise(Folder(source))
    assert isinstance(drawn, ParquetSource)
    assert drawn.total == whole.total == len(FILES)
    assert drawn.classes([]) == whole.classes([])
    # Sparse: of its size, and nearly all of it a hole.
    assert (drawn._root / "x.parquet").stat().st_size == (source / "x.parquet").stat().st_size
