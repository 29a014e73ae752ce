"""The splits of data sets of several layouts."""

from pathlib import Path

import pytest

from support.sources import (
    CLASSES,
    FILES,
    Extract,
    csv_list,
    encoded,
    fields,
    image,
    pictures,
    records,
    rows_of,
    write_folder,
)
from tasks.errors import DataError


def test_folders_named_as_splits_are_the_splits(extract: Extract, tmp_path: Path) -> None:
    files = {
        f"{split}/{name}": encoded(image(seed))
        for split, seeds in (("train", 0), ("val", 100), ("test", 200))
        for seed, name in enumerate(FILES, start=seeds)
    }
    dataset = extract(write_folder(tmp_path / "folder", files))
    assert set(dataset.splits) == {"train", "validation", "test"}
    for split, folder in (("train", "train"), ("validation", "val"), ("test", "test")):
        names = {fields(r)["image/filename"].decode() for r in records(dataset)[split]}
        assert names == {f"{folder}/{name}" for name in FILES}
    assert dataset.warnings == ()


def test_train_and_test_alone_give_validation_out_of_train(
    extract: Extract, tmp_path: Path
) -> None:
    files = {f"train/{name}": content for name, content in FILES.items()}
    files |= {f"test/{n}/x.jpg": encoded(image(300 + i)) for i, n in enumerate(CLASSES)}
    dataset = extract(write_folder(tmp_path / "folder", files), test_share=0.3)
    assert dataset.splits["test"].records == 3
    assert dataset.splits["train"].records + dataset.splits["validation"].records == len(FILES)
    assert any("no split for validation: 10% of the training" in w for w in dataset.warnings)


def test_shares_are_about_what_was_asked_for(extract: Extract, tmp_path: Path) -> None:
    files = pictures(200, ("a", "b"))
    dataset = extract(
        write_folder(tmp_path / "folder", files), validation_share=0.3, test_share=0.2
    )
    found = {split: of.records / 400 for split, of in dataset.splits.items()}
    # Three deviations of a binomial of 400.
    assert found["validation"] == pytest.approx(0.3, abs=0.07)
    assert found["test"] == pytest.approx(0.2, abs=0.07)


def test_a_list_gives_splits_and_groups(extract: Extract, tmp_path: Path) -> None:
    rows = [{**row, "group": f"plant {i % 7}"} for i, row in enumerate(rows_of(pictures(20)))]
    files = {**pictures(20), "list.csv": csv_list(rows)}
    dataset = extract(write_folder(tmp_path / "grouped", files) / "list.csv")
    groups = {row["path"]: row["group"] for row in rows}
    sides = {
        split: {groups[fields(r)["image/filename"].decode()] for r in of}
        for split, of in records(dataset).items()
    }
    assert sides["train"] | sides["validation"] == set(groups.values())
    assert not sides["train"] & sides["validation"]
    split_rows = [
        {**row, "split": "val" if i % 4 == 0 else "train"}
        for i, row in enumerate(rows_of(pictures(20)))
    ]
    files = {**pictures(20), "list.csv": csv_list(split_rows)}
    dataset = extract(write_folder(tmp_path / "split", files) / "list.csv")
    validated = {fields(r)["image/filename"].decode() for r in records(dataset)["validation"]}
    assert validated == {row["path"] for row in split_rows if row["split"] == "val"}


def test_groups_that_the_source_tears_apart_are_told(extract: Extract, tmp_path: Path) -> None:
    rows = [
        {**row, "split": "val" if i % 4 == 0 else "train", "group": "one"}
        for i, row in enumerate(rows_of(FILES))
    ]
    folder = write_folder(tmp_path / "torn", {**FILES, "list.csv": csv_list(rows)})
    assert any("1 group in more than one split" in w for w in extract(folder).warnings)


def test_every_class_of_a_small_data_set_is_on_both_sides(extract: Extract, tmp_path: Path) -> None:
    dataset = extract(write_folder(tmp_path / "folder", pictures(2)))
    assert dataset.splits["train"].class_counts == (1, 1, 1)
    assert dataset.splits["validation"].class_counts == (1, 1, 1)


def test_a_class_with_too_few_pictures_is_named(extract: Extract, tmp_path: Path) -> None:
    files = {**FILES, "lily/only.jpg": encoded(image(7777))}
    message = r"classes with too few pictures: 'lily' \(1\); expected at least 2 in each"
    with pytest.raises(DataError, match=message):
        extract(write_folder(tmp_path / "folder", files))


def test_a_class_of_one_group_is_too_few(extract: Extract, tmp_path: Path) -> None:
    rows = [{**row, "group": row["label"]} for row in rows_of(FILES)]
    folder = write_folder(tmp_path / "f", {**FILES, "list.csv": csv_list(rows)})
    with pytest.raises(DataError, match=r"'daisy' \(8\), .* of two groups where there are gr"):
        extract(folder)
