"""The order of a run's parts; tests/deploy/cli/test_run.py looks at what it prints."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy import run_local
from deploy.dag_log import DagLog
from deploy.doctor import Finding
from deploy.run_local import run
from tasks.errors import SetupError
from tasks.pipelines.pipeline import built_in

SAMPLE_MADE = subprocess.CompletedProcess([], 0, '{"dataset_url": "file:///flowers.tar.gz"}', "")


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts that were reached, each of them a stand-in."""
    found: list[str] = []

    def examine() -> Iterator[Finding]:
        found.append("doctor")
        yield Finding("Java", True, "17")

    def make_sample(*_: Any, **__: Any) -> "subprocess.CompletedProcess[str]":
        found.append("sample")
        return SAMPLE_MADE

    def run_dag(*_: Any) -> tuple[DagLog, bool]:
        found.append("DAG")
        return DagLog(), True

    monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
    monkeypatch.setattr("deploy.doctor.examine", examine)
    monkeypatch.setattr("subprocess.run", make_sample)
    monkeypatch.setattr(run_local, "migrate_database", lambda _: found.append("data base"))
    monkeypatch.setattr(run_local, "run_dag", run_dag)
    return found


def test_the_sample_is_made_and_called_one(
    calls: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(built_in({}), {"source": "sample"})
    assert (calls[0], sorted(calls[1:3]), calls[3:]) == ("doctor", ["data base", "sample"], ["DAG"])
    printed = capsys.readouterr().out
    assert "\nsample\n  file:///flowers.tar.gz\n" in printed
    assert "  The bundled sample is drawn and its network has random weights" in printed


def test_what_runs_do_without_is_told_and_stops_none(
    calls: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    away = Finding("lineage", False, "it cannot be reached", needed=False)
    monkeypatch.setattr("deploy.doctor.examine", lambda: iter([away]))
    assert run(built_in({}), {"source": "urls"})
    assert "\n  FIX lineage: it cannot be reached\n" in capsys.readouterr().out
    broken = Finding("Java", False, "none")
    monkeypatch.setattr("deploy.doctor.examine", lambda: iter([away, broken]))
    with pytest.raises(SetupError, match="this machine is not ready, see the lines that say FIX"):
        run(built_in({}), {"source": "urls"})


def test_nothing_of_the_sample_where_it_is_not_used(
    calls: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(built_in({}), {"source": "urls"})
    assert calls == ["doctor", "data base", "DAG"]
    printed = capsys.readouterr().out
    assert "\nsample\n" not in printed
    assert "bundled sample" not in printed


def test_a_sample_that_cannot_be_made(calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "error: cannot write /work: no room\n")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: failed)
    message = r"^the sample could not be made: cannot write /work: no room$"
    with pytest.raises(SetupError, match=message):
        run(built_in({}), {"source": "sample"})
    assert "DAG" not in calls


def test_a_data_base_that_cannot_be_migrated(
    calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Any) -> None:
        raise SetupError("airflow db migrate failed: no room")

    monkeypatch.setattr(run_local, "migrate_database", fail)
    with pytest.raises(SetupError, match="no room"):
        run(built_in({}), {"source": "urls"})
    assert "DAG" not in calls
