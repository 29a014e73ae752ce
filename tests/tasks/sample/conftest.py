"""The bundled sample, made once per session in this process and once in another."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.sample.archive import write_archive
from tasks.sample.dataset import dataset_files
from tasks.storage.paths import CHECKOUT


@pytest.fixture(scope="session")
def sample_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's data set, made in this process."""
    path = tmp_path_factory.mktemp("sample") / "flowers.tar.gz"
    write_archive(path, dataset_files(tmp_path_factory.mktemp("shards")))
    return path


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GRAFT_HOME in which another process has made the sample."""
    return tmp_path_factory.mktemp("sample home")


@pytest.fixture(scope="session")
def printed_conf(sample_home: Path) -> dict[str, str]:
    """The params that ``graft sample make`` prints."""
    made = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "sample", "make"],
        cwd=CHECKOUT,
        env={**os.environ, "GRAFT_HOME": str(sample_home)},
        check=True,
        capture_output=True,
        text=True,
    )
    conf: dict[str, str] = json.loads(made.stdout)
    return conf
