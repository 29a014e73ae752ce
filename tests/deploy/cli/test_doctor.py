from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.checks import software
from deploy.connection import LOCAL_SPARK, SPARK_CONNECTION

Graft = Callable[..., Any]
NAMES = [
    "Python",
    "Java",
    "Spark",
    "BigDL",
    "Scala",
    "TensorFlow",
    "schedule",
    "GRAFT_PIPELINES",
    "SLIM_PATH",
    "Spark master",
    "Spark authentication",
    "memory",
    "open files",
    "temporary folder",
    "free disk",
    "GRAFT_HOME",
    "artefacts",
    "registry",
    "MLflow",
    "lineage",
    "GRAFT_NOTIFY",
]


@pytest.fixture(autouse=True)
def without_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare these tests the start of TensorFlow."""
    monkeypatch.setattr(software, "check_tensorflow", lambda: "2.21.0")


def test_all_is_well(graft: Graft, tmp_path: Path) -> None:
    ran = graft("doctor", **{"GRAFT_HOME": str(tmp_path), SPARK_CONNECTION: LOCAL_SPARK})
    assert ran.exit_code == 0
    assert [line.split(":")[0] for line in ran.stdout.splitlines()] == [
        f"ok  {name}" for name in NAMES
    ]


def test_needs_no_variable_but_takes_those_that_are_set(graft: Graft, tmp_path: Path) -> None:
    ran = graft("doctor", **{"GRAFT_HOME": str(tmp_path), SPARK_CONNECTION: None})
    assert "ok  Spark master: local[*]" in ran.stdout.splitlines()
    given = '{"conn_type": "spark", "host": "spark://head", "port": 7077}'
    ran = graft("doctor", **{"GRAFT_HOME": str(tmp_path), SPARK_CONNECTION: given})
    assert "ok  Spark master: spark://head:7077" in ran.stdout.splitlines()


def test_something_has_to_be_mended(graft: Graft, tmp_path: Path) -> None:
    ran = graft("doctor", **{"GRAFT_HOME": str(tmp_path), SPARK_CONNECTION: ""})
    assert ran.exit_code == 1
    lines = ran.stdout.splitlines()
    assert [line.split(":")[0] for line in lines if not line.startswith("ok ")] == [
        "FIX Spark master"
    ]
    assert len(lines) == len(NAMES)


def test_a_home_that_cannot_be_one_is_a_line(graft: Graft) -> None:
    ran = graft("doctor", GRAFT_HOME="s3a://key:topsecret@bucket/graft")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("error: ")
    assert "topsecret" not in ran.stderr
