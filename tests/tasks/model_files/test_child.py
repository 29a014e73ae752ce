import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.own_models import write_graph
from tasks.errors import DataError, ParamsError
from tasks.model_files import child
from tasks.model_files.child import run_child
from tasks.model_files.network import read_network
from tasks.model_files.options import Options


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("scratch", "target"):
        (tmp_path / name).mkdir()
    return tmp_path / "scratch", tmp_path / "target"


def test_a_model_becomes_a_network(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    run_child(write_graph(tmp_path / "m.pb"), *folders, Options("keras:caffe"))
    assert read_network(folders[1]).feature_size == 5


def test_a_refusal_is_that_of_the_process(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    path = write_graph(tmp_path / "m.pb")
    with pytest.raises(ParamsError, match=r"^m.pb: the input in is .* but image_size is 48: leave"):
        run_child(path, *folders, Options("none", image_size=48))


@pytest.mark.parametrize(
    ("status", "said", "message"),
    [
        (-11, "a\nb\nc\nd", "^m.pb cannot be read: .* ended with signal 11: b / c / d$"),
        (1, "MemoryError", "^m.pb needs more memory than a model of its size may take, or than"),
        (1, "ResourceExhausted: OOM when allocating", "^m.pb needs more memory"),
    ],
)
def test_a_process_that_fails_is_told(
    status: int,
    said: str,
    message: str,
    tmp_path: Path,
    folders: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(*given: Any, **named: Any) -> Any:
        assert json.loads(named["input"])["options"]["preprocessing"] == "none"
        return subprocess.CompletedProcess(given, status, "", said)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(DataError, match=message):
        run_child(tmp_path / "m.pb", *folders, Options("none"))


def test_a_process_without_end_is_ended(
    tmp_path: Path, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_SECONDS", 0.1)
    with pytest.raises(
        DataError, match=r"^m.pb was not read in 0.* minutes, expected a model that"
    ):
        run_child(write_graph(tmp_path / "m.pb"), *folders, Options("none"))
