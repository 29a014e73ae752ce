"""Deletion beside runs that go on, and after a kill."""

import errno
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from support import python_programs
from support.history import Week, age, present, write_week
from tasks.errors import GraftError
from tasks.housekeeping.delete import Deleted, delete
from tasks.housekeeping.gc import plan_gc
from tasks.housekeeping.item import LEFTOVERS, PARTIAL, SNAPSHOTS, UNFINISHED
from tasks.housekeeping.plan import Policy
from tasks.storage import use
from tasks.storage.artifact import find
from tasks.storage.manifest import read_manifest
from tasks.storage.paths import Home

Gc = Callable[..., list[Deleted]]


@pytest.fixture
def held(weeks: Sequence[Week]) -> Iterator[Path]:
    """The oldest week's dump, which another process uses."""
    path = weeks[0].made["train"]
    process = python_programs.start("hold_artifact", path)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    age(path, 60)  # so that its age does not keep it
    yield path
    process.kill()
    process.communicate()


def freed(deleted: Sequence[Deleted]) -> int:
    return sum(one.freed or 0 for one in deleted)


def test_what_was_planned_goes_and_the_rest_is_whole(
    home: Home, weeks: Sequence[Week], gc: Gc
) -> None:
    before = present(home)
    deleted = gc()
    assert all(one.freed is not None for one in deleted)
    assert present(home) == set(weeks[-1].made.values())
    assert [path.name for path in home.runs.iterdir()] == [weeks[-1].run.name]
    for path in present(home):
        assert find(path.parent, read_manifest(path).recipe)
    assert freed(deleted) > 0
    assert len(before) > len(present(home))
    assert [path.name for path in home.trash.iterdir()] == [".lock"]
    assert gc() == []


def test_what_is_in_use_stays_with_what_it_needs(
    home: Home, weeks: Sequence[Week], held: Path, gc: Gc
) -> None:
    gc()
    needed = {"train", "dataset", "download", "checkpoint", "weights", "pretrained"}
    kept = {weeks[0].made[name] for name in needed}
    assert present(home) == kept | set(weeks[-1].made.values())


def test_what_is_used_between_plan_and_deletion_stays_with_what_it_needs(
    home: Home, weeks: Sequence[Week]
) -> None:
    plan = plan_gc(home, Policy(1, timedelta(0)))
    assert find(home.dumps, read_manifest(weeks[0].made["train"]).recipe)
    use._open_shared.cache_clear()  # the run that found it has ended its step
    stay = [one.item.path for one in delete(plan, home) if one.freed is None]
    assert stay == [weeks[0].made[name] for name in ("train", "dataset", "download")]


def test_what_is_being_made_anew_stays(home: Home, weeks: Sequence[Week], gc: Gc) -> None:
    path = weeks[0].made["model"]
    with FileLock(path.parent / f".{path.name}.lock"):
        gc()
    assert path in present(home)


@pytest.mark.parametrize("moment", ["move", "delete"])
def test_a_killed_call_leaves_nothing_half_deleted(
    home: Home, weeks: Sequence[Week], gc: Gc, moment: str
) -> None:
    ran = python_programs.run("gc_killed", home.root, moment)
    assert ran.returncode == -9, ran.stderr
    for path in present(home):
        assert find(path.parent, read_manifest(path).recipe)
    use._open_shared.cache_clear()
    for week in weeks:
        age(week.run, 40) if week.run.exists() else None
        for path in week.made.values():
            if path.exists():
                age(path, 40)
    gc()
    assert present(home) == set(weeks[-1].made.values())
    assert [path.name for path in home.trash.iterdir()] == [".lock"]


def test_two_at_once_are_one_too_many(home: Home, weeks: Sequence[Week], gc: Gc) -> None:
    home.trash.mkdir(parents=True)
    with FileLock(home.trash / ".lock"), pytest.raises(GraftError) as caught:
        gc()
    assert str(caught.value) == f"another graft gc deletes in {home.root}: wait for its end"
    assert weeks[0].run.exists()


def test_runs_that_find_and_make_meanwhile_see_whole_artefacts_only(
    home: Home, weeks: Sequence[Week]
) -> None:
    """A process makes and reuses all artefacts of all weeks again and again, while gc deletes."""
    runs: subprocess.Popen[str] = python_programs.start("use_weeks", home.root, 5)
    assert runs.stdout
    assert runs.stdout.readline() == "started\n"
    deadline, rounds = time.monotonic() + 20, 0
    try:
        while runs.poll() is None and time.monotonic() < deadline:
            list(delete(plan_gc(home, Policy(1, timedelta(0))), home))
            rounds += 1
        output, errors = runs.communicate(timeout=60)
    finally:
        runs.kill()
    assert runs.returncode == 0, errors
    assert rounds > 3
    assert int(output) > 0, "nothing was deleted in between"


class TestResumable:
    """What a killed run can go on from."""

    def snapshots(self, home: Home) -> tuple[Path, Path]:
        path = home.snapshots / ("a" * 16)
        path.mkdir(parents=True)
        (path / "model.1").write_text("weights")
        return path, home.models / f".{path.name}.lock"

    def features(self, home: Home) -> tuple[Path, Path]:
        path = home.features / ("b" * 16)
        path.mkdir(parents=True)
        (path / "a.parquet").write_text("features")
        return path, home.features / f".{path.name}.lock"

    def download(self, home: Home) -> tuple[Path, Path]:
        path = home.downloads / "partial" / f"{'c' * 16}.part"
        path.parent.mkdir(parents=True)
        path.write_text("begin")
        return path, path.with_name(f"{'c' * 16}.lock")

    @pytest.mark.parametrize(
        ("kind", "given"),
        [(SNAPSHOTS, "snapshots"), (UNFINISHED, "features"), (PARTIAL, "download")],
    )
    def test_goes_when_it_is_old_and_nobody_works_on_it(
        self, home: Home, gc: Gc, kind: str, given: str
    ) -> None:
        path, lock = getattr(self, given)(home)
        lock.parent.mkdir(parents=True, exist_ok=True)
        age(path, 0.9)
        assert gc() == [], "a run of today may be tried again, whatever --older-than"
        age(path, 1.1)
        assert gc(days=2) == []
        with FileLock(lock):
            assert gc() == []
        (deleted,) = gc()
        assert deleted.item.kind == kind
        assert not path.exists()


class TestLeftovers:
    @pytest.mark.parametrize("kind", ["dumps", "features", "parity"])
    def test_temporary_folders_of_killed_runs_go_at_once(
        self, home: Home, gc: Gc, kind: str
    ) -> None:
        left = home.root / kind / f".{'d' * 16}.x1y2z3"
        left.mkdir(parents=True)
        (left / "half").write_text("half")
        with FileLock(home.root / kind / f".{'d' * 16}.lock"):
            assert gc() == []
        (deleted,) = gc(days=30)
        assert (deleted.item.kind, deleted.freed) == (LEFTOVERS, 4)
        assert not left.exists()

    def test_what_a_killed_build_left_is_one(self, home: Home, gc: Gc) -> None:
        python_programs.run("artifact_killed", home.models)
        (deleted,) = gc(days=30)
        assert deleted.item.kind == LEFTOVERS
        assert [path.name[-5:] for path in home.models.iterdir()] == [".lock"]


def test_what_lies_on_another_disk_goes_too(
    home: Home, weeks: Sequence[Week], gc: Gc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cross_device(self: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(Path, "rename", cross_device)
    gc()
    assert present(home) == set(weeks[-1].made.values())


def test_files_of_the_user_stay(home: Home, weeks: Sequence[Week], gc: Gc) -> None:
    mine = [home.root / "notes.txt", home.models / "my model" / "head.npz", home.root / "x" / "y"]
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
        age(path.parent, 400) if path.parent != home.root else age(path, 400)
    gc()
    assert all(path.is_file() for path in mine)
    assert write_week(home, 0, 50).run.exists()
