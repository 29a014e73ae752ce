import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.report.__main__ import main
from tasks.storage.paths import CHECKOUT, Home

Run = Callable[..., Home]
RUN = "manual__2026-01-02T03:04:05+00:00"


def test_a_run_by_its_folder(write_run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    home = write_run(RUN)
    assert main([str(home.run(RUN))]) == 0
    assert capsys.readouterr().out == f"{home.report(RUN)}\n"
    assert home.report(RUN).is_file()


def test_a_run_by_its_id_without_airflow_tensorflow_or_spark(write_run: Run) -> None:
    home = write_run(RUN)
    program = (
        "import sys\n"
        "from tasks.report.__main__ import main\n"
        "status = main(sys.argv[1:])\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'airflow', 'pyspark', 'bigdl'}))\n"
        "print('tensorflow.python' in sys.modules)\n"
        "sys.exit(status)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, RUN, "-o", str(home.root / "out.html")],
        cwd=CHECKOUT,
        env={**os.environ, "GRAFT_HOME": str(home.root)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{home.root / 'out.html'}\n[]\nFalse\n"


def test_no_such_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
    assert main(["gone"]) == 1
    assert capsys.readouterr().err.startswith(f"error: {tmp_path}/runs/gone has no metrics.json")


def test_a_folder_of_something_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error == f"error: {tmp_path} is no run's folder, expected GRAFT_HOME/runs/<run>\n"
