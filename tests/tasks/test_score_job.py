"""The job's command line, in a process of its own as ``spark-submit`` starts it."""

import subprocess
import sys
from pathlib import Path

from tasks.spark.settings import SCORE_JOB


def submit(folder: Path, *flags: str) -> "subprocess.CompletedProcess[str]":
    """Run the job's file from another folder, without Graft's environment."""
    return subprocess.run(
        [sys.executable, SCORE_JOB, *flags],
        cwd=folder,
        env={"GRAFT_HOME": str(folder / "home"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_help_needs_no_spark(tmp_path: Path) -> None:
    ran = submit(tmp_path, "--help")
    assert ran.returncode == 0, ran.stderr
    assert "--pictures-url" in ran.stdout


def test_a_bad_flag_is_the_users_error(tmp_path: Path) -> None:
    ran = submit(tmp_path, "--pictures-url=/in", "--max-bad=7")
    assert ran.returncode == 2
    assert "error: max_bad is '7', expected to be less than or equal to 1" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "home").exists()
