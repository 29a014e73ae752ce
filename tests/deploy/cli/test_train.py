"""``graft train``, with a stand-in for spark-submit where the job itself does not matter."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.programs_alone import Ran, run_graft_alone
from tasks.params.definitions import JobConfig
from tasks.spark.settings import TRAIN_JOB, submit_conf

Graft = Callable[..., Any]
DUMPS = ["-t", "a dump", "-v", "/dumps/validation"]
#: Prints its arguments and what of its environment Spark needs, and ends as a job of ours may.
SUBMIT = r"""#!/bin/sh
printf '%s\n' "$@"
echo "$JAVA_HOME" "$SPARK_CONF_DIR" >"$SEEN"
exit 7
"""


@pytest.fixture
def submitted(tmp_path: Path) -> Callable[..., Ran]:
    environ = {"SEEN": str(tmp_path / "seen")}
    return functools.partial(
        run_graft_alone, tmp_path, "train", spark_submit=SUBMIT, environ=environ
    )


def test_submits_the_job_to_this_machine_with_its_flags_and_status(
    submitted: Any, tmp_path: Path
) -> None:
    ran = submitted(*DUMPS, "-b", "16", "--run-id=-x", "--epochs", "3")
    assert (ran.returncode, ran.stderr) == (7, "")
    job = [str(TRAIN_JOB), *DUMPS, "-b", "16", "--run-id=-x", "--epochs", "3"]
    spark = ["--master", "local[*]", "--driver-memory", "4g"]
    assert ran.stdout.splitlines() == [*spark, *job]
    java, conf = (tmp_path / "seen").read_text().split()
    assert (Path(java) / "bin" / "java").is_file()
    defaults = Path(conf) / "spark-defaults.conf"
    whole = "".join(f"{name} {value}\n" for name, value in submit_conf().items())
    assert defaults.read_text() == whole


def test_options_of_sparks_go_to_spark(submitted: Any) -> None:
    options = ["--master", "spark://head:7077", "--driver-memory", "8g", "--spark-conf", "a.b=c d"]
    ran = submitted(*DUMPS, *options, "--spark-conf", "e=f")
    assert ran.stdout.splitlines()[:8] == [*options[:4], "--conf", "a.b=c d", "--conf", "e=f"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: -t/--train-dump, -v/--validation-dump"),
        ([*DUMPS, "-e", "0"], "error: epochs is '0', expected to be greater than or equal to 1"),
        ([*DUMPS, "--epoch", "5"], "error: unrecognized arguments: --epoch 5"),
    ],
)
def test_mistakes_are_told_before_spark_starts(
    arguments: list[str], message: str, submitted: Any
) -> None:
    ran = submitted(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert "spark-submit" not in ran.stderr


def test_a_flag_whose_value_holds_the_letter_of_an_option(submitted: Any) -> None:
    ran = submitted("-t/path/with/h", "-v/validation")
    assert ran.stdout.splitlines()[-2:] == ["-t/path/with/h", "-v/validation"]


def test_help_has_the_jobs_flags(graft: Graft) -> None:
    ran = graft("train", "--help")
    for name in JobConfig.model_fields:
        assert f"--{name.replace('_', '-')}" in ran.stdout
