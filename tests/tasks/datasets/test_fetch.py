"""Sources from the place that a user names to a data set."""

import doctest
from pathlib import Path

import fsspec
import pytest

from support.http_server import serve_folder
from support.sources import CLASSES, FILES, contents, csv_list, rows_of, write_folder, write_zip
from tasks.datasets import fetch
from tasks.datasets.dataset import Dataset, read_dataset
from tasks.datasets.extract import extract_dataset
from tasks.datasets.fetch import as_url, fetch_source, require_outside, source_of
from tasks.errors import DataError
from tasks.storage.manifest import read_manifest


def made(place: str, home: Path) -> Dataset:
    artifact = fetch_source(place, home / "downloads")
    digest = str(read_manifest(artifact.path).recipe["sha256"])
    return read_dataset(extract_dataset(source_of(artifact.path), digest, home / "datasets").path)


def test_examples() -> None:
    assert not doctest.testmod(fetch).failed


def test_places(tmp_path: Path) -> None:
    assert as_url("s3://bucket/a") == "s3://bucket/a"
    assert as_url("~/pictures") == (Path.home() / "pictures").as_uri()


def test_the_same_pictures_from_everywhere(tmp_path: Path) -> None:
    files = {**FILES, "list.csv": csv_list(rows_of(FILES))}
    listed = write_folder(tmp_path / "listed", files)
    folder = write_folder(tmp_path / "a folder", FILES)
    memory = fsspec.filesystem("memory")
    for name, content in FILES.items():
        memory.pipe_file(f"/pictures/{name}", content)
    with serve_folder(tmp_path) as url:
        places = [
            str(folder),
            f"{folder}/",
            folder.as_uri(),
            "memory://pictures",
            str(listed / "list.csv"),
            f"{url}/listed/list.csv",
            write_zip(tmp_path / "a.zip", FILES).as_uri(),
            f"{url}/a.zip",
        ]
        made_of = [made(place, tmp_path / "home") for place in places]
    for place, dataset in zip(places, made_of, strict=True):
        assert dataset.class_names == CLASSES, place
        assert contents(dataset) == contents(made_of[0]), place


def test_a_folder_that_changes_between_the_steps(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", FILES)
    artifact = fetch_source(str(folder), tmp_path / "downloads")
    (folder / "rose/0.jpg").write_bytes(FILES["rose/1.jpg"] + b"more")
    with pytest.raises(DataError, match=r"0\.jpg' was changed while it was read; run again"):
        extract_dataset(source_of(artifact.path), "digest", tmp_path / "datasets")
    (folder / "rose/0.jpg").unlink()
    with pytest.raises(DataError, match=r"is not there|cannot be read: No such file"):
        extract_dataset(source_of(artifact.path), "digest", tmp_path / "datasets")


def test_a_touched_file_is_no_changed_file(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", FILES)
    artifact = fetch_source(str(folder), tmp_path / "downloads")
    (folder / "rose/0.jpg").touch()
    extract_dataset(source_of(artifact.path), "digest", tmp_path / "datasets")


def test_what_is_left_out_of_a_listed_folder_is_counted(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", {**FILES, ".DS_Store": b"", "rose/._0.jpg": b""})
    (folder / "lily").mkdir()
    (folder / "latest").symlink_to("rose")
    dataset = made(str(folder), tmp_path / "home")
    assert (dataset.counts["junk"], dataset.counts["links"]) == (2, 1)
    assert "class folders without a picture: 'lily'" in dataset.warnings


@pytest.mark.parametrize("path", ["../secret.jpg", "/etc/passwd", "http://elsewhere/a.jpg"])
def test_a_list_that_leads_out(tmp_path: Path, path: str) -> None:
    rows = [*rows_of(FILES), {"path": path, "label": "rose"}]
    listed = write_folder(tmp_path / "f", {**FILES, "list.csv": csv_list(rows)})
    with pytest.raises(DataError, match=r"list.csv: line 26: path .* leads out of the list"):
        fetch_source(str(listed / "list.csv"), tmp_path / "downloads")


def test_nothing_is_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"file:///.*/gone: no such file"):
        fetch_source(str(tmp_path / "gone"), tmp_path / "downloads")


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("work", "has Graft's own files in it"),
        ("", "has Graft's own files in it"),
        ("work/pictures", "lies among Graft's own files"),
    ],
)
def test_a_folder_around_or_among_grafts_own_files(tmp_path: Path, folder: str, words: str) -> None:
    place = tmp_path / folder
    place.mkdir(parents=True, exist_ok=True)
    message = rf"^'{place}' {words}: GRAFT_HOME is '{tmp_path}/work'; expected a folder of pictu"
    with pytest.raises(DataError, match=message):
        require_outside(str(place), tmp_path / "work")


@pytest.mark.parametrize("place", ["/{}/pictures", "/{}/worker", "/{}/work/a.zip", "s3://a/work"])
def test_other_places_are_no_matter(tmp_path: Path, place: str) -> None:
    for name in ("pictures", "worker", "work"):
        (tmp_path / name).mkdir()
    require_outside(place.format(str(tmp_path).strip("/")), tmp_path / "work")
