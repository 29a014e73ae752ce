from pathlib import Path

import pytest

from support.own_models import write_graph
from tasks.errors import DataError
from tasks.model_files import fetch
from tasks.model_files.fetch import fetch_model
from tasks.model_files.network import read_network
from tasks.model_files.options import Options
from tasks.storage.local_files import file_sha256


def test_is_made_once_for_a_file_and_what_is_said_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_graph(tmp_path / "m.pb")
    sha256 = file_sha256(path)
    first = fetch_model(path, sha256, Options("none"), tmp_path / "home")
    assert read_network(first.path).name == "file:m.pb"
    assert not list(first.path.glob(".*")), "what was unpacked is gone"
    asked = []
    monkeypatch.setattr(fetch, "run_child", lambda *given: asked.append(given))
    again = fetch_model(path, sha256, Options("none"), tmp_path / "home")
    assert (again.path, again.reused, asked) == (first.path, True, [])


def test_a_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = write_graph(tmp_path / "m.pb")
    with pytest.raises(DataError, match=r"m.pb"):
        fetch_model(path, "0" * 64, Options("none"), tmp_path / "home")
