from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import doctor
from deploy.connection import LOCAL_SPARK, SPARK_CONNECTION
from deploy.doctor import Finding, examine
from tasks.errors import NetworkError, SetupError

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


def test_this_machine_is_fine(tmp_path: Path) -> None:
    good = {SPARK_CONNECTION: LOCAL_SPARK, "GRAFT_HOME": str(tmp_path / "home")}
    findings = list(examine(good))
    assert [finding.name for finding in findings] == NAMES
    assert [finding.line() for finding in findings if not finding.ok] == []
    texts = {finding.name: finding.text for finding in findings}
    assert texts["Python"].startswith(("3.11.", "3.12.", "3.13."))
    assert texts["Java"].startswith("17.")
    assert texts["Spark"].startswith("3.5.")
    assert texts["BigDL"].startswith("2.3.0, bigdl-dllib-spark")
    assert texts["TensorFlow"] == "2.21.0"
    assert texts["schedule"] == "@weekly, UTC"
    assert texts["Spark master"] == "local[*]"
    assert "; graft gc would free " in texts["artefacts"]
    assert texts["registry"] == "no model was registered yet"


def test_what_is_away_keeps_no_run_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: Exception) -> Callable[[], str]:
        def check() -> str:
            raise error

        return check

    checks = {
        "lineage": fail(NetworkError("refused")),
        "MLflow": fail(SetupError("no URI")),
        "GRAFT_HOME": fail(NetworkError("refused")),
    }
    monkeypatch.setattr(doctor, "_checks", lambda _: checks)
    found = {finding.name: (finding.ok, finding.needed) for finding in examine({})}
    assert found == {
        "lineage": (False, False),
        "MLflow": (False, True),
        "GRAFT_HOME": (False, True),
    }


def test_lines() -> None:
    assert Finding("Java", True, "17.0.9 in /java").line() == "ok  Java: 17.0.9 in /java"
    assert Finding("Java", False, "none").line() == "FIX Java: none"
