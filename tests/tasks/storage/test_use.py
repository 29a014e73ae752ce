"""Artefacts are held by the processes that use them, until these end."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import python_programs
from tasks.storage import use
from tasks.storage.artifact import build
from tasks.storage.use import held_alone, hold, last_use

RECIPE = {"a": 1}


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    """An artefact that this process does not hold."""
    path = build(tmp_path, RECIPE, lambda folder: (folder / "file").touch()).path
    use._open_shared.cache_clear()
    return path


@pytest.fixture
def other(artifact: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process, which holds it."""
    process = python_programs.start("hold_artifact", artifact)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def is_free(path: Path) -> bool:
    with held_alone(path) as alone:
        return alone


def test_what_nobody_uses_can_be_held_alone(artifact: Path) -> None:
    assert is_free(artifact)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_process_uses_is_free_when_it_ends(
    artifact: Path, other: "subprocess.Popen[str]", end: signal.Signals
) -> None:
    assert not is_free(artifact)
    assert hold(artifact), "two processes may use it at once"
    use._open_shared.cache_clear()
    other.send_signal(end)
    other.communicate()
    assert is_free(artifact)


def test_a_use_is_dated(artifact: Path) -> None:
    os.utime(artifact / "artifact.json", (1000, 1000))
    assert last_use(artifact) == 1000
    assert hold(artifact)
    assert last_use(artifact) == pytest.approx(time.time(), abs=60)


def test_what_was_deleted_is_not_held(artifact: Path, tmp_path: Path) -> None:
    assert not hold(tmp_path / "nowhere")
    artifact.rename(tmp_path / "deleted")
    assert not hold(artifact)


def test_what_was_made_anew_is_held_anew(artifact: Path) -> None:
    assert hold(artifact)
    (artifact / "file").unlink()
    build(artifact.parent, RECIPE, lambda folder: (folder / "file").touch())
    assert not is_free(artifact)


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_held_artefacts_are_bounded(tmp_path: Path) -> None:
    use._open_shared.cache_clear()
    before = open_files()
    for number in range(100):
        build(tmp_path, {"a": number}, lambda folder: (folder / "file").touch())
    assert open_files() - before == 64
