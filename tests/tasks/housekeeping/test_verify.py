"""Every artefact of a home, checked."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.damage import flip_byte, forget_digests
from support.history import Week, present
from tasks.housekeeping.verify import delete_damaged, summary, verify
from tasks.storage.artifact import build, find
from tasks.storage.manifest import MANIFEST, read_manifest
from tasks.storage.paths import ARTIFACT_KINDS, Home


@pytest.fixture
def sample(home: Home, weeks: Sequence[Week]) -> Path:
    """Makes the home one with artefacts of all kinds."""

    def make(folder: Path) -> None:
        (folder / "file").write_text("f")

    return build(home.samples, {"version": 1}, make).path


def lines(home: Home) -> dict[str, str]:
    """What is said of every artefact, by its digest."""
    found = [one.line().split(maxsplit=2) for one in verify(home)]
    return {digest: verdict for _, digest, verdict in found}


def test_whole_artefacts_are_ok(home: Home, sample: Path) -> None:
    checked = list(verify(home))
    assert {Path(str(one.item.path)) for one in checked} == present(home)
    assert {one.item.kind for one in checked} == set(ARTIFACT_KINDS)
    assert set(lines(home).values()) == {"ok"}
    assert summary(checked).endswith(" KiB: none is damaged")


@pytest.mark.parametrize("kind", ARTIFACT_KINDS)
def test_a_flipped_byte_is_found_in_every_kind(home: Home, sample: Path, kind: str) -> None:
    path = sorted((home.root / kind).glob("[!.]*"))[0]
    name = sorted(read_manifest(path).files)[0]
    flip_byte(path / name)
    # Dumps share a file with their weights.
    same = {
        other.name: f"DAMAGED: {file} has another content, by its SHA-256"
        for other in present(home)
        for file in read_manifest(other).files
        if (other / file).samefile(path / name)
    }
    assert {digest: found for digest, found in lines(home).items() if found != "ok"} == same
    assert len(same) == (11 if kind in ("dumps", "weights") and name != "pipeline.json" else 1)


def test_every_other_damage_is_named(home: Home, weeks: Sequence[Week]) -> None:
    made = weeks[0].made
    (made["dataset"] / "file").unlink()
    (made["checkpoint"] / "file").write_text("cut")
    (made["model"] / MANIFEST).write_text("{")
    (made["train"] / MANIFEST).unlink()
    (made["features train"] / MANIFEST).unlink()
    forget_digests(made["parity"])
    shutil.copy(made["download"] / MANIFEST, made["pretrained"] / MANIFEST)
    found = lines(home)
    size = read_manifest(made["checkpoint"]).files["file"]
    assert found[made["dataset"].name] == "DAMAGED: file is missing"
    assert found[made["checkpoint"].name] == f"DAMAGED: file has 3 bytes, expected {size:,}"
    assert found[made["model"].name].startswith("DAMAGED: artifact.json cannot be read (Expecting")
    assert found[made["train"].name].startswith("DAMAGED: artifact.json cannot be read (")
    assert found[made["features train"].name] == "unfinished: the next run goes on with it"
    assert found[made["parity"].name] == "ok by size: a version without digests made it"
    assert found[made["pretrained"].name] == (
        "DAMAGED: artifact.json has the recipe of another artefact"
    )
    assert summary(list(verify(home))).endswith("5 damaged: a run that needs one makes it anew")


def test_what_is_damaged_can_be_deleted_and_is_made_anew(home: Home, weeks: Sequence[Week]) -> None:
    path = weeks[0].made["dataset"]
    recipe = read_manifest(path).recipe
    flip_byte(path / "file")
    for one in verify(home):
        delete_damaged(one)
    assert not (path / "file").exists()
    assert find(home.datasets, recipe) is None
    assert len(present(home)) == len({p for week in weeks for p in week.made.values()}) - 1


def test_a_check_is_no_use(home: Home, weeks: Sequence[Week]) -> None:
    """Or graft gc would keep everything after it."""
    before = [one.item.last_use for one in verify(home)]
    assert [one.item.last_use for one in verify(home)] == before
    assert max(before) < weeks[0].run.stat().st_mtime + 40 * 24 * 3600


def test_an_empty_home(home: Home) -> None:
    assert list(verify(home)) == []
    assert summary([]) == "0 artefacts, 0 B: none is damaged"
