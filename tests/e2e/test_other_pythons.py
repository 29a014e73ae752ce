"""The sample as a newcomer runs it, on every other Python of this machine: make test-pythons."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.checks.software import PYTHONS
from support.pythons import other_pythons
from tasks.storage.paths import CHECKOUT, Home

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        "GRAFT_TEST_PYTHONS" not in os.environ,
        reason="make test-pythons runs it: it installs the lock for every Python",
    ),
]

CONF = json.dumps({"epochs": 2, "parity_records": 8})


def make_run(checkout: Path, home: Home, **environ: str) -> float:
    """Return the accuracy of a run of the sample."""
    own = {k: v for k, v in os.environ.items() if not re.match("MAKE|VIRTUAL_ENV", k)}
    ran = subprocess.run(
        ["make", "run", f"CONF={CONF}"],
        cwd=checkout,
        env={**own, **home.environ(), **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    assert ran.returncode == 0, (ran.stdout + ran.stderr).decode(errors="replace")[-3000:]
    (metrics,) = home.runs.glob("*/metrics.json")
    return float(json.loads(metrics.read_text())["top1"])


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> float:
    """The accuracy on the Python of the tests."""
    return make_run(CHECKOUT, Home(tmp_path_factory.mktemp("ours")))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of this checkout without its environment, at a path with everything in its name."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, check=True
    )
    folder = tmp_path / "it's a [checkout] ü"
    for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, folder / name)
    return folder


@pytest.mark.parametrize("minor", PYTHONS)
@pytest.mark.timeout(1200)
def test_the_same_result_as_on_ours(
    minor: str, ours: float, checkout: Path, tmp_path: Path
) -> None:
    python = other_pythons().get(minor)
    if python is None:
        pytest.skip(f"no other Python {minor} on this machine")
    home = Home(tmp_path / "my [home] ö's")
    assert make_run(checkout, home, PYTHON=str(python), LC_ALL="C") == ours
    used = subprocess.run(
        [checkout / ".venv" / "bin" / "python", "--version"], capture_output=True, text=True
    )
    assert used.stdout.startswith(f"Python {minor}.")
