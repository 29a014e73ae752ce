"""Findings of ``graft doctor`` by name, each in an environment of the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.checks import software
from deploy.connection import LOCAL_SPARK, SPARK_CONNECTION
from deploy.doctor import Finding, examine

Find = Callable[..., Finding]


@pytest.fixture
def without_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare a test that looks at something else the start of TensorFlow."""
    monkeypatch.setattr(software, "check_tensorflow", lambda: "2.21.0")


@pytest.fixture
def find(tmp_path: Path, without_tensorflow: None) -> Find:
    def find(name: str, **environ: str) -> Finding:
        good = {SPARK_CONNECTION: LOCAL_SPARK, "GRAFT_HOME": str(tmp_path / "home")}
        return next(f for f in examine({**good, **environ}) if f.name == name)

    return find
