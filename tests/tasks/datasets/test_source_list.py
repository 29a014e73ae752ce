"""Pictures that a list names."""

from pathlib import Path

import pytest

from support.sources import CLASSES, FILES, Extract, csv_list, rows_of, write_folder
from tasks.errors import DataError


def listed(folder: Path, rows: list[dict[str, str]], name: str = "list.csv") -> Path:
    return write_folder(folder, {**FILES, name: csv_list(rows)}) / name


def test_a_list_in_a_folder_goes_before_its_folders(extract: Extract, tmp_path: Path) -> None:
    rows = [{**row, "label": "odd" if "1" in row["path"] else "even"} for row in rows_of(FILES)]
    folder = listed(tmp_path / "f", rows).parent
    assert extract(folder).class_names == ("even", "odd")
    assert extract(folder, data_layout="folder").class_names == CLASSES


def test_other_csv_files_do_not_matter(extract: Extract, tmp_path: Path) -> None:
    files = {**FILES, "prices.csv": b"name,price\nrose,3\n", "odd.csv": b"\xff\xfe"}
    assert extract(write_folder(tmp_path / "f", files)).layout == "folder"


def test_missing_and_bad_pictures(extract: Extract, tmp_path: Path) -> None:
    rows = [*rows_of(FILES), {"path": "gone.jpg", "label": "rose"}]
    rows.append({"path": "list.csv", "label": "rose"})
    path = listed(tmp_path / "f", rows)
    message = (
        "2 of 26 pictures cannot be used: 'list.csv: line 26: gone.jpg' is not there; "
        "'list.csv: line 27: list.csv' is no picture"
    )
    with pytest.raises(DataError, match=message):
        extract(path)
    assert extract(path, bad_pictures="skip", max_bad=0.1).counts["skipped"] == 2


@pytest.mark.parametrize("path", ["../secret.jpg", "/etc/passwd", "file:///etc/passwd"])
def test_paths_that_lead_out(extract: Extract, tmp_path: Path, path: str) -> None:
    rows = [*rows_of(FILES), {"path": path, "label": "rose"}]
    message = "list.csv: line 26: path .* leads out of the list's folder; expected one relative"
    with pytest.raises(DataError, match=message):
        extract(listed(tmp_path / "f", rows))


def test_a_link_that_leads_out(extract: Extract, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(FILES["rose/0.jpg"])
    path = listed(tmp_path / "f", [*rows_of(FILES), {"path": "link.jpg", "label": "rose"}])
    (path.parent / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    with pytest.raises(DataError, match=r"link\.jpg' leads out of the list's folder by a link"):
        extract(path)


def test_two_lists(extract: Extract, tmp_path: Path) -> None:
    rows = rows_of(FILES)
    folder = listed(tmp_path / "f", rows).parent
    (folder / "more.csv").write_bytes(csv_list(rows))
    with pytest.raises(DataError, match=r"has 2 lists: 'list\.csv', 'more\.csv'; expected one"):
        extract(folder, data_layout="list")


def test_a_line_without_end(extract: Extract, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", {"list.csv": b"path,label\n" + b"x" * (2**20 + 10)})
    with pytest.raises(DataError, match="a line of more than 1,048,576 characters"):
        extract(folder / "list.csv")
