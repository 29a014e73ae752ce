"""The job's command line, in a process of its own as ``spark-submit`` starts it."""

from pathlib import Path

from support.programs_alone import Ran, run_job_alone
from tasks.spark.settings import TRAIN_JOB


def submit(folder: Path, *flags: str) -> Ran:
    return run_job_alone(TRAIN_JOB, folder, *flags)


def test_help_needs_no_spark(tmp_path: Path) -> None:
    ran = submit(tmp_path, "--help")
    assert ran.returncode == 0, ran.stderr
    assert "--learning-rate" in ran.stdout


def test_a_bad_flag_is_the_users_error(tmp_path: Path) -> None:
    ran = submit(tmp_path, "-t", "a", "-v", "b", "-e", "0")
    assert ran.returncode == 2
    assert "error: epochs is '0', expected to be greater than or equal to 1" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "home").exists()


def test_flags_that_are_missing_are_named(tmp_path: Path) -> None:
    ran = submit(tmp_path)
    assert ran.returncode == 2
    assert "the following arguments are required: -t/--train-dump, -v/--valid" in ran.stderr
