import logging
from pathlib import Path

import pytest

from support.damage import flip_byte, forget_digests
from tasks.errors import DataError
from tasks.storage import progress
from tasks.storage.artifact import build
from tasks.storage.local_files import file_sha256
from tasks.storage.manifest import MANIFEST
from tasks.storage.proof import Damage, damage_of, require_content, require_whole

OTHER = "has another content, by its SHA-256"


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    """An artefact of two files."""

    def make(folder: Path) -> None:
        (folder / "below").mkdir()
        (folder / "below" / "features").write_text("features")
        (folder / "model.bin").write_text("weights")

    return build(tmp_path / "kind", {"a": 1}, make).path


def test_a_whole_one_has_no_damage(artifact: Path) -> None:
    assert damage_of(artifact) is None
    require_whole(artifact)


@pytest.mark.parametrize("name", ["model.bin", "below/features"])
@pytest.mark.parametrize("at", range(7))
def test_any_flipped_byte_is_found(artifact: Path, name: str, at: int) -> None:
    flip_byte(artifact / name, at)
    assert damage_of(artifact) == Damage(name, OTHER)


def test_a_missing_and_a_cut_file_are_found_by_their_sizes(artifact: Path) -> None:
    (artifact / "model.bin").write_text("weigh")
    assert damage_of(artifact) == Damage("model.bin", "has 5 bytes, expected 7")
    (artifact / "model.bin").unlink()
    assert damage_of(artifact) == Damage("model.bin", "is missing")


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_damaged_manifest_is_named(artifact: Path, content: str) -> None:
    (artifact / MANIFEST).write_text(content)
    damage = damage_of(artifact)
    assert damage
    assert damage.file == MANIFEST
    assert damage.reason.startswith("cannot be read (")


def test_only_the_files_asked_for_are_checked(artifact: Path) -> None:
    flip_byte(artifact / "model.bin")
    require_whole(artifact, ["below/features"])
    with pytest.raises(DataError) as caught:
        require_whole(artifact, ["model.bin"])
    assert str(caught.value) == (
        f"{artifact}/model.bin {OTHER}: it was changed after it was made; run the DAG again, "
        "which makes it anew"
    )


def test_a_file_that_the_artefact_never_had_is_named(artifact: Path) -> None:
    with pytest.raises(DataError, match=f"^{artifact}/head is none of the artefact's: "):
        require_whole(artifact, ["head"])


def test_what_is_no_artefact_is_not_checked(tmp_path: Path) -> None:
    require_whole(tmp_path / "nowhere")
    require_whole(tmp_path, ["anything"])


def test_an_artefact_of_a_version_without_digests_is_told_by_sizes_and_said_so_once(
    artifact: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    forget_digests(artifact)
    flip_byte(artifact / "model.bin")
    for _ in range(2):
        assert damage_of(artifact) is None
    assert caplog.messages == [
        f"{artifact.parent} has artefacts of a version without digests: their files are checked "
        "by size only"
    ]
    (artifact / "model.bin").unlink()
    assert damage_of(artifact) == Damage("model.bin", "is missing")


def test_an_archive_is_required_to_be_the_one_that_its_artefact_is_named_after(
    artifact: Path,
) -> None:
    file = artifact / "model.bin"
    require_content(file, file_sha256(file))
    with pytest.raises(DataError, match=f"^{file} {OTHER}: it was changed after it was made"):
        require_content(file, "0" * 64)


def test_a_long_check_shows_its_progress(
    artifact: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    flip_byte(artifact / "model.bin")
    monkeypatch.setattr(progress, "_PROGRESS_SECONDS", 0.0)
    damage_of(artifact)
    assert caplog.messages
    assert all(message.startswith(f"checking {artifact}: ") for message in caplog.messages)
    assert "done in" in caplog.messages[-1]


def test_a_short_check_says_nothing(artifact: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    damage_of(artifact)
    assert caplog.messages == []
