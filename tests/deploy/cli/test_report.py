import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tasks.storage.paths import CHECKOUT, Home

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
    program = (
        "import sys\n"
        "from deploy.cli.app import app\n"
        "status = app(sys.argv[1:], standalone_mode=False)\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'airflow', 'pyspark', 'bigdl'}))\n"
        "print('tensorflow.python' in sys.modules)\n"
        "sys.exit(status)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, "report", RUN, "-o", str(home.root / "out.html")],
        cwd=CHECKOUT,
        env={**os.environ, "GRAFT_HOME": str(home.root)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{home.root / 'out.html'}\n[]\nFalse\n"


def test_no_such_run(tmp_path: Path, graft: Graft) -> None:
    ran = graft("report", "gone", GRAFT_HOME=str(tmp_path))
    assert ran.exit_code == 1
    assert ran.stderr.startswith(f"error: {tmp_path}/runs/gone has no metrics.json")


def test_a_folder_of_something_else(tmp_path: Path, graft: Graft) -> None:
    ran = graft("report", str(tmp_path))
    assert ran.exit_code == 1
    error = f"error: {tmp_path} is no run's folder, expected GRAFT_HOME/runs/<run>\n"
    assert ran.stderr == error
