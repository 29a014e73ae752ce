"""Artefacts of a home on a file system that only Hadoop reaches."""

import os
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from support.damage import flip_byte
from support.history import DAY
from tasks.housekeeping.delete import delete
from tasks.housekeeping.gc import gc_lines, plan_gc
from tasks.housekeeping.item import UNFINISHED, Item
from tasks.housekeeping.plan import Policy
from tasks.housekeeping.remote import is_training, remote_artifacts
from tasks.housekeeping.verify import verify
from tasks.spark.files import HadoopFiles
from tasks.spark.publish import publish
from tasks.storage import use
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.locations import RemotePath
from tasks.storage.manifest import MANIFEST, read_manifest
from tasks.storage.paths import Home

POLICY = Policy(keep=1, older_than=timedelta(days=1))


@pytest.fixture
def home(tmp_path: Path, remote_folder: RemotePath) -> Home:
    """A remote home, with nothing in it."""
    return Home(tmp_path / "local", remote_folder)


@pytest.fixture
def published(home: Home, hadoop: HadoopFiles) -> Mapping[str, LocalArtifact]:
    """A data set and a dump of it, here and there, by their kinds."""
    made = {"datasets": publish_one(home, hadoop, "datasets", {"source": "x"})}
    recipe = {"dataset": str(made["datasets"].path), "checkpoint": "c"}
    made["dumps"] = publish_one(home, hadoop, "dumps", recipe)
    use._open_shared.cache_clear()
    return made


def publish_one(
    home: Home, hadoop: HadoopFiles, kind: str, recipe: Mapping[str, str]
) -> LocalArtifact:
    def make(folder: Path) -> None:
        (folder / "below").mkdir()
        (folder / "below" / "file").write_text("content")

    made = build(home.root / kind, recipe, make)
    publish(made.path, home.shared_artifacts()[kind] / made.digest, hadoop)
    return made


def age_all(home: Home, store: Path, days: float) -> None:
    """Make everything of a home as old as that, here and there."""
    then = time.time() - days * DAY
    for path in (*home.root.rglob("*"), *store.rglob("*")):
        os.utime(path, (then, then))


def listed(home: Home, hadoop: HadoopFiles) -> list[Item]:
    return list(remote_artifacts(home, hadoop))


def test_every_artefact_is_listed_with_its_facts(
    home: Home,
    hadoop: HadoopFiles,
    published: Mapping[str, LocalArtifact],
    remote_store: Path,
) -> None:
    age_all(home, remote_store, 3)
    items = {item.kind: item for item in listed(home, hadoop)}
    assert set(items) == {"datasets", "dumps"}
    for kind, item in items.items():
        made = published[kind]
        assert isinstance(home.remote, RemotePath)
        assert item.path == home.remote / kind / made.digest
        assert item.manifest == read_manifest(made.path)
        folder = remote_store / kind / made.digest
        files = [f for f in folder.rglob("*") if f.is_file() and not f.name.endswith(".crc")]
        assert item.size == sum(file.stat().st_size for file in files)
        assert item.last_use == pytest.approx(time.time() - 3 * DAY, abs=60)


def test_a_local_home_has_nothing_elsewhere(tmp_path: Path, hadoop: HadoopFiles) -> None:
    assert listed(Home(tmp_path), hadoop) == []


def test_without_a_manifest_it_is_unfinished(
    home: Home, hadoop: HadoopFiles, published: Mapping[str, LocalArtifact]
) -> None:
    path = home.shared_artifacts()["dumps"] / published["dumps"].digest
    hadoop.delete(path / MANIFEST)
    (item,) = (item for item in listed(home, hadoop) if item.path == path)
    assert (item.kind, item.manifest, item.size) == (UNFINISHED, None, 7)


def test_a_damaged_manifest_is_none(
    home: Home, hadoop: HadoopFiles, published: Mapping[str, LocalArtifact]
) -> None:
    path = home.shared_artifacts()["dumps"] / published["dumps"].digest
    hadoop.write(b"{", path / MANIFEST)
    (item,) = (item for item in listed(home, hadoop) if item.path == path)
    assert (item.kind, item.manifest) == ("dumps", None)


def test_what_is_old_goes_here_and_there(
    home: Home,
    hadoop: HadoopFiles,
    published: Mapping[str, LocalArtifact],
    remote_store: Path,
) -> None:
    assert plan_gc(home, POLICY, hadoop).going == []
    age_all(home, remote_store, 3)
    plan = plan_gc(home, POLICY, hadoop)
    assert [item.kind for item in plan.going] == ["dumps", "dumps", "datasets", "datasets"]
    assert all(one.freed for one in delete(plan, home, hadoop))
    assert listed(home, hadoop) == []
    assert not [path for path in remote_store.rglob("*") if path.is_file()]


def test_what_stays_here_stays_there(
    home: Home,
    hadoop: HadoopFiles,
    published: Mapping[str, LocalArtifact],
    remote_store: Path,
) -> None:
    """The use of a dump is dated on this machine alone, and keeps its data set."""
    age_all(home, remote_store, 3)
    use.hold(published["dumps"].path)
    assert plan_gc(home, POLICY, hadoop).going == []


def test_nothing_goes_there_while_this_machine_trains(
    home: Home,
    hadoop: HadoopFiles,
    published: Mapping[str, LocalArtifact],
    remote_store: Path,
) -> None:
    age_all(home, remote_store, 3)
    assert not is_training(home)
    home.models.mkdir()
    with FileLock(home.models / ".0123456789abcdef.lock"):
        assert is_training(home)
        going = plan_gc(home, POLICY, hadoop).going
        assert {type(item.path) for item in going} == {type(home.root)}
    assert not is_training(home)


def test_without_its_files_nothing_there_is_deleted(
    home: Home,
    hadoop: HadoopFiles,
    published: Mapping[str, LocalArtifact],
    remote_store: Path,
) -> None:
    age_all(home, remote_store, 3)
    deleted = list(delete(plan_gc(home, POLICY, hadoop), home))
    assert [one.freed is None for one in deleted if isinstance(one.item.path, RemotePath)] == [
        True,
        True,
    ]
    assert len(listed(home, hadoop)) == len(published)


def test_a_flipped_byte_there_is_found(
    home: Home,
    hadoop: HadoopFiles,
    published: Mapping[str, LocalArtifact],
    remote_store: Path,
) -> None:
    digest = published["dumps"].digest
    flip_byte(remote_store / "dumps" / digest / "below" / "file")
    found = [one for one in verify(home, hadoop) if one.damage]
    assert [str(one.item.path) for one in found] == [f"{home.remote}/dumps/{digest}"]
    assert found[0].damage
    assert found[0].damage.file == "below/file"


def test_gc_says_the_url(
    home: Home,
    hadoop: HadoopFiles,
    published: Mapping[str, LocalArtifact],
    remote_store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from contextlib import nullcontext

    from tasks.housekeeping import gc

    monkeypatch.setattr(gc, "hadoop_files", lambda: nullcontext(hadoop))
    age_all(home, remote_store, 3)
    lines = list(gc_lines(home, POLICY, deletes=False))
    url = f"{home.remote}/dumps/{published['dumps'].digest}"
    assert [line.split() for line in lines if url in line] == [
        ["dumps", *lines[1].split()[1:3], "3", "days", "ago", url]
    ]
