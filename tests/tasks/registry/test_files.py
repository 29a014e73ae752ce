import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from support.registry import version
from support.trained import Model, write_trained
from tasks.errors import DataError
from tasks.registry.files import folders_of, has_files, missing_file, require_files
from tasks.registry.version import Version
from tasks.storage.artifact import build
from tasks.storage.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def whole(home: Home) -> Version:
    made = write_trained(home, Model("r", [True]))
    export = build(home.exports, {"x": 1}, lambda folder: (folder / "model").touch())
    return version(1, model=made.model.digest, export=export.digest)


def test_are_those_of_the_model_and_of_the_export(home: Home, whole: Version) -> None:
    assert [folder.parent.name for folder in folders_of(home, whole)] == ["models", "exports"]
    assert len(list(folders_of(home, replace(whole, export=None)))) == 1


def test_whole_files_will_do(home: Home, whole: Version) -> None:
    assert has_files(home, whole)
    assert missing_file(home, whole) is None
    require_files(home, whole)


@pytest.mark.parametrize("place", [0, 1])
def test_a_folder_that_is_gone_is_named(home: Home, whole: Version, place: int) -> None:
    folder = list(folders_of(home, whole))[place]
    shutil.rmtree(folder)
    assert not has_files(home, whole)
    with pytest.raises(DataError) as caught:
        require_files(home, whole)
    assert str(caught.value) == (
        f"version 1 cannot be used: {folder} is gone: graft gc or somebody deleted it; train it "
        "again, or choose another version"
    )


def test_a_changed_file_is_named(home: Home, whole: Version) -> None:
    path = home.models / whole.model / "metrics.json"
    path.write_text(path.read_text().replace("da7a", "da7b"))
    assert missing_file(home, whole) == f"{path} has another content, by its SHA-256"
