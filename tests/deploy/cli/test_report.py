import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import python_programs
from tasks.storage.paths import Home

Graft = Callable[..., Any]
Run = Callable[..., Home]
RUN = "manual__2026-01-02T03:04:05+00:00"


def test_a_run_by_its_folder(write_run: Run, graft: Graft) -> None:
    home = write_run(RUN)
    ran = graft("report", str(home.run(RUN)))
    assert (ran.exit_code, ran.stdout) == (0, f"{home.report(RUN)}\n")
    assert home.report(RUN).is_file()


def test_a_run_by_its_id_without_airflow_tensorflow_or_spark(write_run: Run) -> None:
    home = write_run(RUN)
    target = home.root / "out.html"
    ran = python_programs.run(
        "graft_imports", "report", RUN, "-o", target, GRAFT_HOME=str(home.root)
    )
    assert ran.returncode == 0, ran.stderr
    said, modules = ran.stdout.splitlines()
    assert said == str(target)
    imported = set(json.loads(modules))
    assert not {name.split(".")[0] for name in imported} & {"airflow", "pyspark", "bigdl"}
    assert "tensorflow.python" not in imported


def test_a_run_by_its_pipeline_and_its_names(write_run: Run, graft: Graft) -> None:
    home = write_run(RUN)
    write_run(f"birds/{RUN}")
    birds = str(home.report(f"birds/{RUN}"))
    folder = home.run(f"birds/{RUN}")
    for arguments in (
        (RUN, "--pipeline", "birds"),
        (f"birds/{RUN}",),
        (f"birds/{RUN}", "--pipeline", "birds"),
        (folder.name,),
        (str(folder), "--pipeline", "birds"),
    ):
        ran = graft("report", *arguments, GRAFT_HOME=str(home.root))
        assert (ran.exit_code, ran.stdout) == (0, f"{birds}\n")


def test_a_run_of_another_pipeline(write_run: Run, graft: Graft) -> None:
    home = write_run("by_hand__1")
    for run in ("by_hand__1", str(home.run("by_hand__1"))):
        ran = graft("report", run, "--pipeline", "birds", GRAFT_HOME=str(home.root))
        assert ran.exit_code == 1
        assert ran.stderr == (
            f"error: the run {run!r} belongs to the pipeline flowers, expected one of birds\n"
        )


def test_no_such_run(tmp_path: Path, graft: Graft) -> None:
    ran = graft("report", "gone", GRAFT_HOME=str(tmp_path))
    assert ran.exit_code == 1
    assert ran.stderr.startswith(f"error: {tmp_path}/runs/gone has no metrics.json")


def test_a_folder_of_something_else(tmp_path: Path, graft: Graft) -> None:
    ran = graft("report", str(tmp_path))
    assert ran.exit_code == 1
    error = f"error: {tmp_path} is no run's folder, expected GRAFT_HOME/runs/<run>\n"
    assert ran.stderr == error
