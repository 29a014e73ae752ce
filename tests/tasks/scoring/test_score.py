"""Scorings of pictures of all kinds and places, by both engines, on a real Spark."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.dataset as ds
import pytest

from support.archives import pack
from support.sources import (
    encoded,
    image,
    parquet,
    pictures,
    shard,
    slim_record,
    write_folder,
)
from tasks.datasets.picture import prepare
from tasks.dumps.description import read_dump
from tasks.errors import DataError, ParamsError
from tasks.features.frozen import session_of
from tasks.models.export import load_head
from tasks.scoring.parts import cut_pictures
from tasks.storage.locations import RemotePath
from tasks.storage.paths import Home

_WHOLE = encoded(image(3, (90, 90)), quality=100)
#: Pictures of many kinds, two that cannot be used, and files that are none.
MIXED = {
    **pictures(5),
    "deep/er/ä: 50%.png": encoded(image(500), "PNG"),
    "loose.gif": encoded(image(501), "GIF"),
    "rose/bad.jpg": b"",
    "rose/cut.jpg": _WHOLE[: len(_WHOLE) // 2],
    "rose/notes.txt": b"none",
    "README.md": b"none",
}
BAD = {"rose/bad.jpg", "rose/cut.jpg"}


def rows(folder: Path | str) -> dict[str, dict[str, Any]]:
    """Return the rows by name, as any reader of Parquet folders finds them."""
    table = ds.dataset(str(folder), format="parquet").to_table()
    found = {row["name"]: row for row in table.to_pylist()}
    assert len(found) == table.num_rows
    return found


@pytest.fixture(scope="module")
def wanted(tiny_dump: Path, trained: str, graft_home: Home) -> Any:
    """Scores of a picture by the frozen graph and the arrays of the head alone."""
    session = session_of(read_dump(tiny_dump))
    head, _ = load_head(graft_home.models / trained / "head.npz")

    def wanted(data: bytes) -> Any:
        node, feed = session.nodes.image, {f"{session.nodes.encoded}:0": prepare(data).data}
        images = session.session.run(f"{node}:0", feed)[None]
        feature = session.values([session.nodes.feature], images)[session.nodes.feature].ravel()
        logits = head.weight.astype(np.float64) @ feature + head.bias
        return np.exp(logits) / np.exp(logits).sum()

    return wanted


@pytest.mark.parametrize("engine", ["bigdl", "tensorflow"])
def test_every_picture_has_a_row_and_a_bad_one_the_reason(
    engine: str, score: Any, wanted: Any, trained: str, tmp_path: Path
) -> None:
    source = write_folder(tmp_path / "in", MIXED)
    record = score(source, tmp_path / "out", feature_engine=engine)
    found = rows(tmp_path / "out")
    ours = {name for name in MIXED if not name.endswith((".txt", ".md"))}
    assert set(found) == ours
    assert {name for name, row in found.items() if row["error"]} == BAD
    assert found["rose/bad.jpg"]["error"] == "is empty, expected a picture"
    assert found["rose/cut.jpg"]["error"].startswith("is a damaged JPEG")
    for name in ours - BAD:
        row, expected = found[name], wanted(MIXED[name])
        # float32 sums of another order; the tiny network's logits are of order 1 to 10
        np.testing.assert_allclose(row["scores"], expected, rtol=0, atol=1e-4)
        assert row["class"] == record.class_names[int(np.argmax(row["scores"]))]
        assert row["score"] == pytest.approx(max(row["scores"]))
        assert row["model"] == trained
    assert (record.rows, record.bad, record.engine) == (len(ours), len(BAD), engine)
    assert sum(record.classes.values()) == len(ours) - len(BAD)
    assert json.loads((tmp_path / "out" / "_score.json").read_text())["rows"] == record.rows


def test_every_layout_gives_the_same_scores_without_labels(
    score: Any, wanted: Any, tmp_path: Path
) -> None:
    files = pictures(2)
    expected = {name: wanted(data) for name, data in files.items()}
    lines = "\n".join(["path", *files]) + "\n"
    listed = write_folder(tmp_path / "list", {**files, "unused.jpg": b"", "l.csv": lines.encode()})
    records = [slim_record(data, 0, name, "x") for name, data in files.items()]
    name = "a_train_00000-of-00001.tfrecord"
    sources = {
        "list": listed / "l.csv",
        "tfrecord": write_folder(tmp_path / "records", {name: shard(tmp_path, *records)}),
        "parquet": write_folder(tmp_path / "parquet", {"data.parquet": parquet(files, tmp_path)}),
        "folder": pack(tmp_path / "a.zip", sorted(write_folder(tmp_path / "in", files).iterdir())),
    }
    for layout, source in sources.items():
        assert score(source, tmp_path / layout / "out").layout == layout
        found = rows(tmp_path / layout / "out")
        assert set(found) == set(expected), layout
        for key, row in found.items():
            # See above.
            np.testing.assert_allclose(row["scores"], expected[key], rtol=0, atol=1e-4)


def test_csv_on_a_file_system_that_only_hadoop_reads(
    score: Any, remote: RemotePath, tmp_path: Path
) -> None:
    # Hadoop's own checksums of a local file allow no colon in its name.
    write_folder(tmp_path / "in", {k: v for k, v in MIXED.items() if ":" not in k})
    record = score(remote / "in", remote / "out", output="csv")
    found = {}
    for path in (tmp_path / "out").glob("part-*.csv"):
        with path.open(newline="") as stream:
            found.update({row["name"]: row for row in csv.DictReader(stream)})
    assert {name for name, row in found.items() if row["error"]} == BAD
    good = found["loose.gif"]
    scores = {name: float(good[f"score_{name}"]) for name in record.class_names}
    assert sum(scores.values()) == pytest.approx(1)
    assert good["class"] == max(scores, key=lambda name: scores[name])
    again = score(remote / "in", remote / "out", output="csv")
    assert again.reused
    assert again.rows == record.rows


def test_too_many_bad_pictures_end_the_job_and_only_missing_parts_are_scored_again(
    score: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.scoring.parts._FEWEST_PICTURES", 4)
    source = write_folder(tmp_path / "in", MIXED)
    out = tmp_path / "out"
    message = (
        r"2 of 19 pictures cannot be used: 'rose/bad.jpg' is empty, expected a picture; "
        r"'rose/cut.jpg' is a damaged JPEG.*; max_bad lets 0.1 of them pass"
    )
    with pytest.raises(DataError, match=message):
        score(source, out, max_bad=0.1)
    assert not (out / "_score.json").exists()
    before = rows(out)
    parts = sorted(out.glob("part-*"))
    assert len(parts) == cut_pictures(len(MIXED) - 1).count == 5
    times = {path: path.stat().st_mtime_ns for path in parts}
    # As if it had been killed: one part is missing, a power failure cut one off.
    parts[0].unlink()
    parts[1].write_bytes(parts[1].read_bytes()[:50])
    (out / ".graft-of-a-killed-task").write_bytes(b"")
    record = score(source, out, max_bad=0.2)
    assert rows(out) == before
    assert (record.rows, record.bad) == (len(before), len(BAD))
    assert sum(record.classes.values()) == record.rows - record.bad
    assert 0 < record.earlier_rows < record.rows
    assert [path for path in parts if path.stat().st_mtime_ns == times[path]] == parts[2:]
    assert not (out / ".graft-of-a-killed-task").exists()


def test_what_is_at_the_destination_is_never_mixed(
    score: Any, tmp_path: Path, graft_home: Home
) -> None:
    source = write_folder(tmp_path / "in", pictures(1))
    # Without a destination, other pictures or another model have another folder.
    record = score(source)
    out = Path(record.scores)
    assert out.parent == graft_home.scores
    assert score(source).reused
    with pytest.raises(ParamsError, match=r"has scores of another format \(parquet, and not csv\)"):
        score(source, out, output="csv")
    with pytest.raises(ParamsError, match="is there already and has no scores: name another "):
        score(source, write_folder(tmp_path / "other", {"mine.txt": b""}))
    (source / "new.jpg").write_bytes(encoded(image(77)))
    with pytest.raises(ParamsError, match="has scores of pictures that have changed since: name "):
        score(source, out)
    (out / "_plan.json").write_text("{}")
    with pytest.raises(DataError, match=r"_plan\.json is damaged or of another version"):
        score(source, out)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "has no pictures; expected pictures, a list with the column path, Parquet files, or"),
        ({"a.txt": b"x"}, "has no pictures; expected pictures, .*; it holds 'a.txt'"),
    ],
)
def test_a_source_without_pictures_is_told(
    files: dict[str, bytes], message: str, score: Any, tmp_path: Path
) -> None:
    source = write_folder(tmp_path / "in", files)
    source.mkdir(exist_ok=True)
    with pytest.raises(DataError, match=f"{re.escape(str(source))}: {message}"):
        score(source, tmp_path / "out")
    with pytest.raises(DataError, match=r"none.* cannot be read"):
        score(tmp_path / "none", tmp_path / "out")
