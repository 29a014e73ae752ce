"""``make run`` hands the user's data on, whatever is in its name."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tasks.storage.paths import CHECKOUT


@pytest.fixture
def make(tmp_path: Path) -> Path:
    """A folder with the Makefile, and a ``graft`` that prints its arguments."""
    shutil.copy(CHECKOUT / "Makefile", tmp_path)
    graft = tmp_path / "graft"
    graft.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    graft.chmod(0o755)
    (tmp_path / "ready").touch()
    return tmp_path


def arguments(folder: Path, *given: str) -> list[str]:
    ready = folder / "ready"
    command = ["make", "-s", "run", f"READY={ready}", f"GRAFT={folder / 'graft'}", *given]
    # The environment is ready: nothing that it is made from is newer.
    command += ["-o", str(ready)]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_without_data(make: Path) -> None:
    assert arguments(make) == ["run", "--source", "sample", "--conf", "{}"]


@pytest.mark.parametrize(
    "data", ["/data/my pictures", "~/it's", "$HOME/$(x)/`id`", 'a"b', "s3://b/x?y=1&z#2", "a\\b;c"]
)
def test_data_is_one_word_to_the_letter(data: str, make: Path) -> None:
    expected = ["run", "--source", "sample", "--conf", "{}", "--data", data]
    assert arguments(make, f"DATA={data}") == expected
