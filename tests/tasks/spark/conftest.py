"""Sparks that are joined in a process of their own."""

from pathlib import Path

import pytest

from support import python_programs
from support.spark import Join, spark_environ
from tasks.storage.paths import Home


@pytest.fixture
def join(tmp_path: Path, short_lived_jvms: dict[str, str]) -> Join:
    """Starts Spark in a process of its own, does there what is asked for; returns what it said."""

    def join(master: str, *actions: str, conf: dict[str, str] | None = None, **env: str) -> str:
        settings = {**short_lived_jvms, "spark.driver.host": "127.0.0.1", **(conf or {})}
        environ = spark_environ(Home(tmp_path / "home"), master, settings)
        given = {**environ, "SPARK_LOCAL_IP": "127.0.0.1", **env}
        ran = python_programs.run("join_spark", *actions, timeout=240, **given)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return join
