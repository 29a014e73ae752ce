"""Everything in a home that takes room, and nothing that a user put there."""

import os
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.history import Week, age, present
from tasks.housekeeping import inventory as inventory_module
from tasks.housekeeping.inventory import (
    artifacts,
    inventory,
    last_change,
    manifest_of,
    size_of,
    unlinked_bytes,
)
from tasks.housekeeping.item import LEFTOVERS, PARTIAL, RUNS, SNAPSHOTS, UNFINISHED, Item
from tasks.storage.manifest import MANIFEST, read_manifest
from tasks.storage.paths import Home
from tasks.storage.use import last_use

DIGEST = "0123456789abcdef"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with 3 + 4 bytes, the 4 of them under two names."""
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    (folder / "a").write_text("123")
    (folder / "below" / "b").write_text("1234")
    (tmp_path / "elsewhere").hardlink_to(folder / "below" / "b")
    return folder


def fill(path: Path) -> Path:
    """Make a folder with a file of 4 bytes."""
    path.mkdir(parents=True)
    (path / "file").write_text("1234")
    return path


def of_kind(home: Home, kind: str) -> list[Item]:
    return [item for item in inventory(home) if item.kind == kind]


def test_a_home_that_is_not_there_has_nothing(home: Home) -> None:
    assert inventory(home) == []


def test_every_run_and_artefact_is_an_item(home: Home, weeks: Sequence[Week]) -> None:
    items = inventory(home)
    assert {item.path for item in items} == present(home) | {week.run for week in weeks}
    assert max(Counter(item.ref for item in items).values()) == 1
    assert {item.kind for item in items} == {path.parent.name for path in present(home)} | {RUNS}


def test_an_item_has_the_facts_of_its_artefact(home: Home, weeks: Sequence[Week]) -> None:
    path = weeks[0].made["dataset"]
    (item,) = (item for item in inventory(home) if item.path == path)
    assert item == Item(
        "datasets",
        path,
        size=sum(file.stat().st_size for file in path.iterdir()),
        last_use=last_use(path),
        lock=home.datasets / f".{path.name}.lock",
        manifest=read_manifest(path),
    )


def test_a_damaged_manifest_is_none(home: Home, weeks: Sequence[Week]) -> None:
    path = weeks[0].made["model"]
    (path / MANIFEST).write_text("{")
    (item,) = (item for item in artifacts(home) if item.path == path)
    assert (item.kind, item.manifest) == ("models", None)
    assert manifest_of(path) is None
    assert manifest_of(path / "nowhere") is None


@pytest.mark.parametrize(("kind", "found"), [("features", UNFINISHED), ("models", "models")])
def test_features_without_a_manifest_are_unfinished_and_others_have_lost_it(
    home: Home, kind: str, found: str
) -> None:
    path = fill(home.root / kind / DIGEST)
    age(path, 3)
    (item,) = inventory(home)
    assert (item.kind, item.path, item.size, item.manifest) == (found, path, 4, None)
    assert item.last_use == pytest.approx(path.stat().st_mtime)
    assert item.lock == home.root / kind / f".{DIGEST}.lock"


def test_snapshots_have_the_lock_of_the_model_that_they_are_for(home: Home) -> None:
    path = fill(home.snapshots / DIGEST)
    (item,) = of_kind(home, SNAPSHOTS)
    assert (item.path, item.lock) == (path, home.models / f".{DIGEST}.lock")


def test_a_partial_download_is_all_but_its_lock(home: Home) -> None:
    partial = home.downloads / "partial"
    partial.mkdir(parents=True)
    for name in (f"{DIGEST}.part", f"{DIGEST}.json", f"{DIGEST}.lock", ".hidden"):
        (partial / name).write_text("x")
    items = of_kind(home, PARTIAL)
    assert [Path(str(item.path)).name for item in items] == [f"{DIGEST}.json", f"{DIGEST}.part"]
    assert {item.lock for item in items} == {partial / f"{DIGEST}.lock"}


@pytest.mark.parametrize("kind", ["datasets", "models", "parity", "runs"])
def test_what_a_killed_run_made_aside_is_a_leftover(home: Home, kind: str) -> None:
    path = fill(home.root / kind / f".{DIGEST}.k1ll3d")
    (item,) = inventory(home)
    lock = path.with_name(f".{DIGEST}.lock")
    assert (item.kind, item.path, item.size, item.lock) == (LEFTOVERS, path, 4, lock)


def test_what_a_user_put_there_is_no_item(home: Home) -> None:
    for name in (
        "notes/file",
        "models/my model/file",
        f"models/{DIGEST}.bak/file",
        f"models/{DIGEST.upper()}/file",
        "snapshots/mine/file",
        "runs/.hidden/file",
        "airflow/airflow.db",
        f"models/.{DIGEST}.lock",
    ):
        (home.root / name).parent.mkdir(parents=True, exist_ok=True)
        (home.root / name).touch()
    (home.datasets / DIGEST).parent.mkdir()
    (home.datasets / DIGEST).symlink_to(home.root / "notes")
    assert inventory(home) == []


def test_a_size_is_that_of_all_files_below(folder: Path) -> None:
    assert (size_of(folder), size_of(folder / "a")) == (7, 3)


def test_a_file_with_another_name_elsewhere_frees_nothing(folder: Path) -> None:
    assert unlinked_bytes(folder) == 3
    (folder.parent / "elsewhere").unlink()
    assert unlinked_bytes(folder) == 7


def test_a_link_has_no_size_of_what_it_leads_to(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "large").write_text("1" * 10_000)
    (folder / "link").symlink_to(tmp_path / "large")
    assert size_of(folder) < 1_000


def test_a_change_anywhere_below_is_the_last(folder: Path) -> None:
    age(folder, 5)
    before = last_change(folder)
    os.utime(folder / "below" / "b", (before + 100, before + 100))
    assert last_change(folder) == pytest.approx(before + 100)
    with pytest.raises(FileNotFoundError):
        last_change(folder / "gone")


def test_what_a_run_deletes_meanwhile_is_left_out(
    home: Home, weeks: Sequence[Week], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = weeks[0].made["model"]

    def delete_first(path: Path) -> float:
        if path == gone:
            shutil.rmtree(path)
        return last_use(path)

    monkeypatch.setattr(inventory_module, "last_use", delete_first)
    assert gone not in {item.path for item in inventory(home)}
    assert present(home) == {p for week in weeks for p in week.made.values()} - {gone}
