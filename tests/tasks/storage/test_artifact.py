import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from support import python_programs
from support.damage import flip_byte, forget_digests
from tasks.errors import StorageError
from tasks.storage import artifact
from tasks.storage.artifact import build, find
from tasks.storage.manifest import MANIFEST, digest_of, read_manifest

RECIPE = {"from": "flowers", "version": 1}


def make(folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "content.txt").write_text("content")


def must_not_make(folder: Path) -> None:
    raise AssertionError(f"made {folder} again")


class TestBuild:
    def test_makes_once_and_then_reuses(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        first = build(tmp_path / "new" / "folder", RECIPE, make)
        second = build(tmp_path / "new" / "folder", RECIPE, must_not_make)
        assert (first.path / "below" / "content.txt").read_text() == "content"
        assert first.path == tmp_path / "new" / "folder" / digest_of(RECIPE) == second.path
        assert (first.reused, second.reused) == (False, True)
        assert [message.split()[0] for message in caplog.messages] == ["made", "reused"]

    def test_manifest_says_what_it_is_made_from(self, tmp_path: Path) -> None:
        manifest = read_manifest(build(tmp_path, RECIPE, make).path)
        assert manifest.recipe == RECIPE
        assert manifest.files == {"below/content.txt": 7}
        assert manifest.sha256 == {"below/content.txt": hashlib.sha256(b"content").hexdigest()}
        assert manifest.made_at
        assert manifest.seconds >= 0

    def test_other_recipes_lie_beside(self, tmp_path: Path) -> None:
        assert build(tmp_path, {"a": 1}, make).path != build(tmp_path, {"a": 2}, make).path

    def test_as_dict_is_json(self, tmp_path: Path) -> None:
        fields = build(tmp_path, RECIPE, make).as_dict()
        assert json.loads(json.dumps(fields)) == fields
        assert fields["path"] == str(tmp_path / fields["digest"])

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_interrupted_leaves_nothing(self, tmp_path: Path, error: type[BaseException]) -> None:
        def interrupted(folder: Path) -> None:
            make(folder)
            raise error

        with pytest.raises(error):
            build(tmp_path, RECIPE, interrupted)
        assert not [path for path in tmp_path.iterdir() if path.is_dir()]
        assert not build(tmp_path, RECIPE, make).reused

    def test_what_a_killed_run_left_is_cleared(self, tmp_path: Path) -> None:
        process = python_programs.run("artifact_killed", tmp_path)
        assert process.returncode == -9
        assert list(tmp_path.glob(".*/half"))
        assert not build(tmp_path, RECIPE, make).reused
        assert not list(tmp_path.glob(".*/"))

    def test_two_processes_at_once_make_it_once(self, tmp_path: Path) -> None:
        processes = [python_programs.start("artifact_of_two", tmp_path, name) for name in "ab"]
        errors = [process.communicate()[1] for process in processes]
        assert [process.returncode for process in processes] == [0, 0], errors
        assert len(list(tmp_path.glob("made-by-*"))) == 1
        assert build(tmp_path / "artifacts", {"a": 1}, must_not_make).reused


class TestDamage:
    @pytest.mark.parametrize("damage", ["shorter", "missing", "manifest", "no manifest"])
    def test_changed_artifact_is_made_again(self, tmp_path: Path, damage: str) -> None:
        path = build(tmp_path, RECIPE, make).path
        content = path / "below" / "content.txt"
        damages: dict[str, Callable[[], object]] = {
            "shorter": lambda: content.write_text("cont"),
            "missing": content.unlink,
            "manifest": lambda: (path / MANIFEST).write_text('{"files": {"below'),
            "no manifest": (path / MANIFEST).unlink,
        }
        damages[damage]()
        assert find(tmp_path, RECIPE) is None
        assert not build(tmp_path, RECIPE, make).reused
        assert content.read_text() == "content"

    def test_warning_names_the_file(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        (build(tmp_path, RECIPE, make).path / "below" / "content.txt").unlink()
        find(tmp_path, RECIPE)
        assert "was changed after it was made (below/content.txt)" in caplog.text

    def test_flipped_byte_is_one_warning_that_names_the_file(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = build(tmp_path, RECIPE, make).path
        flip_byte(path / "below" / "content.txt")
        assert find(tmp_path, RECIPE) is None
        assert not build(tmp_path, RECIPE, make).reused
        warnings = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
        assert warnings == [
            f"{path} was changed after it was made (below/content.txt): the file has another "
            "content, by its SHA-256; making it anew"
        ]
        assert build(tmp_path, RECIPE, must_not_make).reused

    def test_manifest_of_another_artefact(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        other, path = (build(tmp_path, {"a": number}, make).path for number in range(2))
        (path / MANIFEST).write_bytes((other / MANIFEST).read_bytes())
        assert not build(tmp_path, {"a": 1}, make).reused
        assert "the file has the recipe of another artefact; making it anew" in caplog.text

    def test_old_artefact_without_digests_is_reused(self, tmp_path: Path) -> None:
        forget_digests(build(tmp_path, RECIPE, make).path)
        assert build(tmp_path, RECIPE, must_not_make).reused

    def test_what_another_deletes_while_it_is_found_is_made_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        build(tmp_path, RECIPE, make)

        def delete_first(path: Path) -> bool:
            shutil.rmtree(path)
            monkeypatch.undo()
            return False

        monkeypatch.setattr(artifact, "hold", delete_first)
        assert not build(tmp_path, RECIPE, make).reused


class TestNeeds:
    def test_what_a_program_wrote_somewhere_else_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(
            StorageError, match=r"/model\.bin was not written, or .* LC_ALL=C.UTF-8"
        ):
            build(tmp_path, RECIPE, make, needs=("below/content.txt", "model.bin"))
        assert not [path for path in tmp_path.iterdir() if path.is_dir()]

    def test_what_is_there_is_enough(self, tmp_path: Path) -> None:
        assert not build(tmp_path, RECIPE, make, needs=("below/content.txt",)).reused


class TestModes:
    """What docs/storage.md says of who may read an artefact."""

    @pytest.mark.parametrize("umask", [0o077, 0o022, 0o002])
    def test_other_users_may_read_whatever_the_umask(self, tmp_path: Path, umask: int) -> None:
        old = os.umask(umask)
        try:
            path = build(tmp_path / "home" / "kind", RECIPE, make).path
        finally:
            os.umask(old)
        modes = {p: p.stat().st_mode & 0o777 for p in [path.parent, path, *path.rglob("*")]}
        assert set(modes.values()) == {0o755, 0o644}
        assert all(mode == (0o755 if p.is_dir() else 0o644) for p, mode in modes.items())
        # It is the user who decides about the home itself.
        assert (tmp_path / "home").stat().st_mode & 0o777 == 0o777 & ~umask


class TestFind:
    def test_there(self, tmp_path: Path) -> None:
        made = build(tmp_path, RECIPE, make)
        found = find(tmp_path, RECIPE)
        assert found
        assert (found.path, found.reused) == (made.path, True)

    def test_not_there(self, tmp_path: Path) -> None:
        assert find(tmp_path / "nowhere", RECIPE) is None


class TestStorageErrors:
    def test_disk_full(self, tmp_path: Path) -> None:
        stderr = python_programs.run("artifact_on_full_disk", tmp_path).stderr
        assert "StorageError: no room left while writing" in stderr
        assert "MiB free; make room or set GRAFT_HOME" in stderr
        assert not [path for path in tmp_path.iterdir() if path.is_dir()]
        assert not build(tmp_path, {"a": 1}, make).reused

    def test_folder_below_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match=r"cannot write .*file.*: .*; set GRAFT_HOME to"):
            build(tmp_path / "file" / "artifacts", RECIPE, make)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_folder_without_permission(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        with pytest.raises(StorageError, match="Permission denied; set GRAFT_HOME"):
            build(tmp_path / "artifacts", RECIPE, make)


class TestDigest:
    def test_digest_does_not_depend_on_the_order_of_keys(self) -> None:
        assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})
        assert digest_of({"a": 1}) == "015abd7f5cc57a2d"
