"""The roles of docker-compose.yml, started natively once for all tests of a session."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.compose_cluster import PATIENCE, VARIABLES, ComposeCluster
from support.native import NativeRoles
from support.postgres import postgres_binaries
from tasks.storage.paths import CHECKOUT


@pytest.fixture(scope="session")
def cluster(short_lived_jvms: dict[str, str]) -> Iterator[ComposeCluster]:
    if postgres_binaries() is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL: .ci/run installs it")
        pytest.skip("no PostgreSQL on this machine: apt-get install postgresql")
    # Not below pytest's folder, which PostgreSQL's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="graft-cluster-"))
    folder.chmod(0o755)
    variables = {
        **VARIABLES,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(folder / "passwords.json"),
    }
    roles = NativeRoles(folder, variables)
    postgres = roles.postgres()
    postgres.start()
    try:
        running = ComposeCluster(roles, {**short_lived_jvms, **PATIENCE})
        running.start()
        yield running
    finally:
        roles.stop()
        postgres.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sample(cluster: ComposeCluster) -> dict[str, Any]:
    """Params of a run on the bundled sample, which every machine can make."""
    command = [sys.executable, "-m", "deploy.cli", "sample", "make"]
    env = {**os.environ, "GRAFT_HOME": str(cluster.roles.home)}
    made = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return {**json.loads(made.stdout), "executor_memory": "1g", "driver_memory": "1g"}
