import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support import python_programs
from tasks.errors import StorageError
from tasks.storage.artifact import MANIFEST, build, digest_of, find, read_manifest

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
        assert manifest["recipe"] == RECIPE
        assert manifest["files"] == {"below/content.txt": 7}
        assert manifest["made_at"]
        assert manifest["seconds"] >= 0

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
