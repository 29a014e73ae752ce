"""What ``make up`` starts from: a fresh ``.env`` and docker-compose.yml read with it."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.compose import read_compose
from tasks.storage.paths import CHECKOUT

Services = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def dotenv(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a ``.env`` as scripts/dotenv.sh writes it."""
    path = tmp_path_factory.mktemp("dotenv") / ".env"
    subprocess.run([CHECKOUT / "scripts" / "dotenv.sh", path], check=True)
    return read_dotenv(path)


def read_dotenv(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    pairs = [line.split("=", 1) for line in lines]
    return {name: value.strip("'") for name, value in pairs}


@pytest.fixture(scope="session")
def services(dotenv: dict[str, str]) -> Services:
    """The services by name, variables replaced."""
    return dict(read_compose(dotenv)["services"])
