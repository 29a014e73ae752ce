"""Parquet files."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from support.sources import CLASSES, FILES, Extract, encoded, image, parquet, write_folder
from tasks.errors import DataError

PICTURES = [encoded(image(number)) for number in range(8)]


def write(path: Path, **columns: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def test_files_named_by_split(extract: Extract, tmp_path: Path) -> None:
    half = dict(list(FILES.items())[::2]), dict(list(FILES.items())[1::2])
    files = {
        "data/train-00000-of-00001.parquet": parquet(half[0], tmp_path),
        "data/validation-00000-of-00001.parquet": parquet(half[1], tmp_path),
    }
    dataset = extract(write_folder(tmp_path / "hub", files))
    assert dataset.class_names == CLASSES
    assert dataset.splits["train"].class_counts == (4, 4, 4)
    assert dataset.splits["validation"].class_counts == (4, 4, 4)


def test_columns_of_split_and_group(extract: Extract, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.parquet",
        image=PICTURES,
        label=["a", "b"] * 4,
        split=["train"] * 4 + ["val"] * 2 + ["test"] * 2,
    )
    dataset = extract(path)
    assert {split: of.records for split, of in dataset.splits.items()} == {
        "train": 4,
        "validation": 2,
        "test": 2,
    }
    grouped = write(
        tmp_path / "b.parquet", image=PICTURES, label=["a", "b"] * 4, group=[1, 1, 2, 2] * 2
    )
    assert sum(of.records for of in extract(grouped).splits.values()) == 8


def test_numbers_without_names(extract: Extract, tmp_path: Path) -> None:
    dataset = extract(write(tmp_path / "a.parquet", img=PICTURES, label=[3, 7] * 4))
    assert dataset.class_names == ("3", "7")
    assert any("called by their numbers" in warning for warning in dataset.warnings)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"image": ["a", "b"], "label": [0, 1]}, "0 columns of pictures, expected one, 'image'"),
        ({"image": PICTURES[:2], "name": ["a", "b"]}, "0 columns of labels, expected one, 'label'"),
        ({"a": PICTURES[:2], "b": PICTURES[:2], "label": [0, 1]}, "2 columns of pictures"),
        ({"image": PICTURES[:2], "label": [0.5, 1.5]}, "row 0: label is '0.5', expected a number"),
        ({"image": PICTURES[:2], "label": ["a", None]}, "row 1: label is 'None', expected"),
        (
            {"image": PICTURES[:2], "label": [0, 1], "split": ["train", "other"]},
            "row 1: split is 'other', expected train, validation or test",
        ),
    ],
)
def test_refused(extract: Extract, tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        extract(write(tmp_path / "a.parquet", **columns))


def test_pictures_without_bytes_are_bad(extract: Extract, tmp_path: Path) -> None:
    images: list[dict[str, Any]] = [{"bytes": data, "path": "x"} for data in PICTURES]
    images[3] = {"bytes": None, "path": "elsewhere.jpg"}
    path = write(tmp_path / "a.parquet", image=images, label=["a", "b"] * 4)
    with pytest.raises(DataError, match=r"1 of 8 pictures cannot .* 'a.parquet: row 3' is empty"):
        extract(path)


def test_a_label_beyond_the_names(extract: Extract, tmp_path: Path) -> None:
    content = parquet(FILES, tmp_path)
    table = pq.read_table(pa.BufferReader(content))
    labels = pa.array([9] * len(table))
    table = table.set_column(1, "label", labels).replace_schema_metadata(table.schema.metadata)
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(DataError, match="row 0: label is 9, expected 0 to 2"):
        extract(tmp_path / "a.parquet")


def test_files_of_different_classes(extract: Extract, tmp_path: Path) -> None:
    files = {"a.parquet": parquet(FILES, tmp_path)}
    files["b.parquet"] = parquet({"x/1": PICTURES[0], "y/1": PICTURES[1]}, tmp_path)
    with pytest.raises(DataError, match="the Parquet files have different class names; expected"):
        extract(write_folder(tmp_path / "f", files))


@pytest.mark.parametrize("cut", [10, 500, 5000])
def test_damaged(extract: Extract, tmp_path: Path, cut: int) -> None:
    content = parquet(FILES, tmp_path)
    (tmp_path / "a.parquet").write_bytes(content[:-cut])
    with pytest.raises(DataError, match=r"'a\.parquet' is not a whole Parquet file: "):
        extract(tmp_path / "a.parquet")
    damaged = bytearray(content)
    damaged[cut] ^= 0xFF
    (tmp_path / "b.parquet").write_bytes(damaged)
    try:
        extract(tmp_path / "b.parquet", bad_pictures="skip", max_bad=0.5)
    except DataError as error:
        assert "b.parquet" in str(error)  # noqa: PT017 - some bytes do no harm


def test_text_that_is_no_utf8_is_damage(extract: Extract, tmp_path: Path) -> None:
    """Arrow does not look at texts when it reads a file."""
    offsets = pa.array([0, 1, 3], pa.int32()).buffers()[1]
    label = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"a\x80b")])
    path = write(tmp_path / "a.parquet", image=pa.array(PICTURES[:2], pa.binary()), label=label)
    with pytest.raises(DataError, match=r"'a\.parquet' is not a whole Parquet file: .*utf-8"):
        extract(path)
