import shutil
from pathlib import Path

import pytest

from support.archives import pack
from support.own_models import write_graph
from tasks.errors import DataError
from tasks.model_files import recognise
from tasks.model_files.recognise import find_model


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("kind", ["Keras file", "Keras HDF5 file", "SavedModel", "frozen graph"])
def test_a_model_is_told_by_its_bytes(saved: object, kind: str, tmp_path: Path) -> None:
    given = saved.files[kind]  # type: ignore[attr-defined]  # the conftest's class
    renamed = tmp_path / "model.txt"
    renamed.symlink_to(given)
    (tmp_path / "scratch").mkdir()
    found = find_model(renamed, tmp_path / "scratch")
    assert (found.name, found.kind) == ("model.txt", kind)


def test_a_saved_model_may_be_in_an_archive(saved: object, tmp_path: Path, scratch: Path) -> None:
    shutil.make_archive(str(tmp_path / "m"), "zip", saved.files["SavedModel"].parent, "saved")  # type: ignore[attr-defined]  # the conftest's class
    found = find_model(tmp_path / "m.zip", scratch)
    assert (found.kind, found.path) == ("SavedModel", scratch / "saved")


def test_an_archive_may_hold_other_files_beside_a_model(tmp_path: Path, scratch: Path) -> None:
    readme = tmp_path / "README"
    readme.write_text("\nA network.")
    archive = pack(tmp_path / "m.tar", [readme, write_graph(tmp_path / "frozen.pb")])
    assert find_model(archive, scratch).path == scratch / "frozen.pb"


def test_an_archive_of_two_models_is_refused(tmp_path: Path, scratch: Path) -> None:
    files = [write_graph(tmp_path / name) for name in ("a.pb", "b.pb")]
    with pytest.raises(DataError, match=r"^m.tar holds 2 models, expected one: a.pb, b.pb$"):
        find_model(pack(tmp_path / "m.tar", files), scratch)


@pytest.mark.parametrize("content", [b"", b"\nnot a graph", b"a text", b"\x89PNG\r\n\x1a\n", b"PK"])
def test_what_is_no_model_is_refused(content: bytes, tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "model.pb"
    path.write_bytes(content)
    message = (
        r"^model.pb is not a model: expected a frozen graph \(.pb\), a SavedModel \(a folder or an "
        r"archive of it\), or a Keras model \(.keras, .h5\)$"
    )
    with pytest.raises(DataError, match=message):
        find_model(path, scratch)


def test_a_folder_without_a_model_is_refused(tmp_path: Path, scratch: Path) -> None:
    (tmp_path / "pictures").mkdir()
    with pytest.raises(DataError, match=r"^pictures holds no model: expected a frozen graph"):
        find_model(tmp_path / "pictures", scratch)


def test_the_limit_of_protobuf_is_told(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_graph(tmp_path / "large.pb")
    monkeypatch.setattr(recognise, "MAX_GRAPH_BYTES", 10)
    with pytest.raises(DataError, match=r"^large.pb has .* bytes, .* \(2 GiB, the limit of protob"):
        find_model(path, scratch)
