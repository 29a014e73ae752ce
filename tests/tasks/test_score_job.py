"""The job's command line, in a process of its own as ``spark-submit`` starts it."""

from pathlib import Path

from support.programs_alone import Ran, run_job_alone
from tasks.spark.settings import SCORE_JOB


def submit(folder: Path, *flags: str) -> Ran:
    return run_job_alone(SCORE_JOB, folder, *flags)


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
