from pathlib import Path

import pytest

from support.http_server import serve_folder
from support.serving import picture
from tasks.errors import DataError, GraftError, PictureError
from tasks.serving.sources import find_sources


def test_files_folders_and_urls(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    (folder / "b").mkdir(parents=True)
    data = picture("red")
    for name in ("b/2.JPG", "1.png", "notes.txt"):
        (folder / name).write_bytes(data)
    with serve_folder(folder) as url:
        names = [str(folder), f"file://{folder}/1.png".replace(" ", "%20"), f"{url}/1.png?key=x1y"]
        found = list(find_sources(names, tmp_path / "downloads"))
        assert [one.name for one in found] == [
            *(f"{folder}/1.png", f"{folder}/b/2.JPG", f"{folder}/1.png"),
            f"{url}/1.png?***",
        ]
        assert [one.load() for one in found] == [data] * 4


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing.jpg", "is not there: expected a picture, a folder or a URL"),
        ("{url}/none.jpg", "answered 404 File not found, expected 200"),
        ("{url}/page.html", "is an HTML page, perhaps of a login"),
        ("nosuch://host/x.jpg", "nosuch"),
    ],
)
def test_what_cannot_be_read_is_told_when_it_is_read(
    name: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text("<!DOCTYPE html><title>Sign in</title>")
    with serve_folder(tmp_path) as url:
        (one,) = find_sources([name.format(url=url)], tmp_path / "downloads")
        with pytest.raises(GraftError) as error:
            one.load()
    assert str(error.value).startswith(message) or message == "nosuch"
    assert message in str(error.value)


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.serving.sources.MAX_BYTES", 100)
    (tmp_path / "large.jpg").write_bytes(bytes(101))
    with serve_folder(tmp_path) as url:
        names = [str(tmp_path / "large.jpg"), f"{url}/large.jpg"]
        for one in find_sources(names, tmp_path / "downloads"):
            with pytest.raises(PictureError, match="has more than 100 bytes, the most of a pict"):
                one.load()


def test_a_folder_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(DataError, match="has no pictures in it or in the folders below it"):
        list(find_sources([str(tmp_path)], tmp_path))


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    # A folder in a file's place: permissions do not hold for root.
    (tmp_path / "file").write_bytes(b"")
    (one,) = find_sources([str(tmp_path / "file" / "x.jpg")], tmp_path)
    with pytest.raises(DataError, match=r"x\.jpg' cannot be read: Not a directory"):
        one.load()
