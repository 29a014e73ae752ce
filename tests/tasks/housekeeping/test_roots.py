"""Roots: what is kept for its own sake."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from support import python_programs
from support.history import DAY, age, write_step
from tasks.housekeeping.item import RUNS, Item
from tasks.housekeeping.roots import GOES_ON, is_in_use, is_locked, roots
from tasks.storage import use
from tasks.storage.artifact import build
from tasks.storage.locations import RemotePath
from tasks.storage.manifest import Manifest

NOW = time.time()


def run(name: str, days: float, path: Path | None = None) -> Item:
    return Item(RUNS, path or Path("/nowhere/runs") / name, 1, NOW - days * DAY)


def model(name: str, made_days: float, used_days: float) -> Item:
    made_at = (datetime.now(UTC) - timedelta(days=made_days)).isoformat()
    manifest = Manifest({}, {}, {}, 1.0, made_at)
    return Item("models", Path("/nowhere/models") / name, 1, NOW - used_days * DAY, None, manifest)


def artefact(kind: str, name: str, days: float) -> Item:
    return Item(kind, Path("/nowhere") / kind / name, 1, NOW - days * DAY)


def kept(*items: Item, keep: int = 1, days: float = 0) -> set[str]:
    return {ref.name for ref in roots(items, keep=keep, older_than=timedelta(days=days))}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """An artefact that this process does not hold."""
    path = build(tmp_path / "dumps", {"a": 1}, lambda folder: (folder / "file").touch()).path
    use._open_shared.cache_clear()
    return path


@pytest.fixture
def other(made: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process, which uses it."""
    process = python_programs.start("hold_artifact", made)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("keep", [1, 2, 3, 9])
def test_the_newest_runs_are_kept(keep: int) -> None:
    runs = [run(str(days), days) for days in (40, 10, 30, 20)]
    assert kept(*runs, keep=keep) == set(["10", "20", "30", "40"][:keep])


def test_a_model_is_as_old_as_its_making_not_as_its_last_use() -> None:
    assert kept(model("reused", 40, used_days=1), model("new", 10, used_days=10)) == {"new"}


def test_a_model_without_a_manifest_is_none_to_keep() -> None:
    broken = artefact("models", "broken", 1)
    assert kept(broken, model("whole", 30, used_days=30)) == {"whole"}


def test_the_newest_sample_is_kept_however_many_runs_are() -> None:
    samples = [artefact("samples", str(days), days) for days in (40, 10, 30)]
    assert kept(*samples, keep=3) == {"10"}


@pytest.mark.parametrize(("days", "stay"), [(0, set()), (1, {"a"}), (20, {"a", "b"})])
def test_what_was_used_lately_is_kept(days: float, stay: set[str]) -> None:
    items = [artefact("datasets", "a", 0.5), artefact("dumps", "b", 19), artefact("dumps", "c", 21)]
    assert kept(*items, days=days) == stay


class TestRunsThatGoOn:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """A run's folder; another run is newer."""
        path = tmp_path / "manual__1"
        path.mkdir()
        return path

    def goes_on(self, path: Path, days: float = 2) -> bool:
        return path.name in kept(run(path.name, days, path), run("newer", 1))

    def test_a_run_goes_on_until_its_last_step_ended_well(self, path: Path) -> None:
        write_step(path, "extract_dataset", path / "x")
        assert self.goes_on(path)
        write_step(path, "report", path / "x")
        assert self.goes_on(path)
        write_step(path, "promote_model", path / "x")
        assert not self.goes_on(path)

    @pytest.mark.parametrize(
        "content",
        [{"task_id": "promote_model", "error": "no room"}, {"error": None}, [], "report", None],
    )
    def test_a_failed_or_damaged_step_is_no_end(self, path: Path, content: Any) -> None:
        (path / "steps").mkdir()
        (path / "steps" / "promote_model.json").write_text(json.dumps(content))
        assert self.goes_on(path)

    def test_an_unchanged_model_ends_a_run(self, path: Path) -> None:
        (path / "steps").mkdir()
        step = {"task_id": "train_classifier", "unchanged": True}
        (path / "steps" / "train_classifier.json").write_text(json.dumps(step))
        assert not self.goes_on(path)

    def test_a_job_by_hand_ends_with_its_metrics(self, path: Path) -> None:
        assert self.goes_on(path)
        (path / "metrics.json").touch()
        assert not self.goes_on(path)

    def test_a_run_that_nobody_went_on_with_for_a_week_ended(self, path: Path) -> None:
        write_step(path, "extract_dataset", path / "x")
        week = GOES_ON.total_seconds() / DAY
        assert self.goes_on(path, week - 0.1)
        assert not self.goes_on(path, week + 0.1)


class TestInUse:
    def test_what_a_process_holds_is_in_use(
        self, made: Path, other: "subprocess.Popen[str]"
    ) -> None:
        found = Item("dumps", made, 1, NOW - 90 * DAY)
        assert is_in_use(found)
        assert kept(found) == {made.name}
        other.kill()
        other.communicate()
        assert not is_in_use(found)
        assert kept(found) == set()

    def test_what_is_being_made_is_in_use(self, tmp_path: Path) -> None:
        lock = tmp_path / ".digest.lock"
        found = Item("models", tmp_path / "digest", 1, NOW - 90 * DAY, lock)
        assert not is_in_use(found)
        with FileLock(lock):
            assert is_locked(lock)
            assert is_in_use(found)
        assert not is_in_use(found)

    def test_a_lock_that_is_not_there_is_free_and_not_made(self, tmp_path: Path) -> None:
        assert not is_locked(tmp_path / "lock")
        assert not (tmp_path / "lock").exists()

    def test_looking_is_no_use(self, made: Path) -> None:
        age(made, 40)
        before = use.last_use(made)
        assert not is_in_use(Item("dumps", made, 1, before))
        assert use.last_use(made) == before

    @pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
    def test_what_this_user_may_not_lock_counts_as_used(self, made: Path) -> None:
        (made / "artifact.json").chmod(0o444)
        assert is_in_use(Item("dumps", made, 1, NOW))

    def test_what_is_elsewhere_has_no_lock(self) -> None:
        assert not is_in_use(Item("dumps", RemotePath("s3a://bucket/dumps/d"), 1, NOW))
