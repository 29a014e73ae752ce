"""The folder of scores, as far as ``test_score.py`` has it not."""

from dataclasses import replace
from pathlib import Path

import pytest

from support.scores import RECORD
from support.sources import write_folder
from tasks.conversion.store import PictureStore
from tasks.errors import ParamsError
from tasks.scoring.destination import Destination, Present
from tasks.scoring.plan import Plan
from tasks.spark.cluster import Cluster
from tasks.storage.locations import RemotePath

PLAN = Plan(
    pictures="/in",
    layout="folder",
    state="5",
    model="m0de1",
    engine="bigdl",
    output="csv",
    parts=2,
)


@pytest.fixture
def store(cluster: Cluster) -> PictureStore:
    return PictureStore(cluster.context)


def test_it_is_finished_once_all_parts_and_the_record_are_there(
    store: PictureStore, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    destination = Destination(store, out, PLAN)
    destination.begin()
    assert destination.present(("a",)) == Present()
    write_folder(out, {"part-000000.csv": b"x", ".graft-1": b"", "kept.txt": b""})
    destination.finish(RECORD)
    assert destination.finished() is None
    write_folder(out, {"part-000001.csv": b"x"})
    assert destination.finished() == RECORD
    names = {path.name for path in out.iterdir()}
    assert names == {"_plan.json", "_score.json", "kept.txt", "part-000000.csv", "part-000001.csv"}
    write_folder(out, {"_score.json": b"{"})
    assert destination.finished() is None
    destination.finish(RECORD)
    # Begun again, it is not finished until it is.
    Destination(store, out, PLAN).begin()
    assert destination.finished() is None


def test_other_plans_are_refused_by_what_differs(store: PictureStore, tmp_path: Path) -> None:
    Destination(store, tmp_path / "out", PLAN).begin()
    for change, words in (
        ({"model": "new"}, r"has scores of another model \(m0de1, and not new\): name another f"),
        ({"parts": 3}, "has scores of another version of Graft"),
    ):
        with pytest.raises(ParamsError, match=words):
            Destination(store, tmp_path / "out", replace(PLAN, **change))


def test_a_whole_file_system_is_refused(store: PictureStore) -> None:
    with pytest.raises(ParamsError, match="s3a://b is a whole file system, expected a folder in"):
        Destination(store, RemotePath("s3a://b"), PLAN)
