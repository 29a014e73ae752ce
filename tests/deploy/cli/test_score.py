"""``graft score``: what it submits, and mistakes that it tells before Spark starts."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.params.scoring import ScoreConfig
from tasks.scoring.arguments import parse_score_arguments
from tasks.spark.settings import SCORE_JOB
from tasks.storage.paths import CHECKOUT

PROGRAM = CHECKOUT / "tests" / "support" / "programs" / "graft_with_stand_ins.py"


@pytest.fixture
def score(tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    submit = tmp_path / "bin" / "spark-submit"
    submit.parent.mkdir()
    submit.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n")
    submit.chmod(0o755)

    def score(*arguments: str) -> "subprocess.CompletedProcess[str]":
        given = {"GRAFT_HOME": str(tmp_path / "home"), "STAND_INS": str(tmp_path)}
        return subprocess.run(
            [sys.executable, str(PROGRAM), "score", *arguments],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], **given},
            capture_output=True,
            text=True,
        )

    return score


def test_the_job_is_submitted_with_sparks_options(score: Any, tmp_path: Path) -> None:
    options = ["--master", "yarn", "--driver-memory", "2g"]
    ran = score("in", "hdfs:///out", "--model", "4", *options, "-p", "output=csv")
    assert ran.returncode == 7, ran.stderr
    words = ran.stdout.splitlines()
    assert words[:5] == [*options, str(SCORE_JOB)]
    assert parse_score_arguments(words[5:]) == ScoreConfig(
        pictures_url=str(tmp_path / "in"), scores_url="hdfs:///out", model="4", output="csv"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in", "-p", "epochs=3"], "error: unknown param 'epochs': known are data_layout, "),
        (["in", "-p", "csv"], "a param has no '=' in it, expected NAME=VALUE such as"),
        (["in", "-p", "max_bad=2"], "max_bad is '2', expected to be less than or equal to 1"),
        ([""], "error: pictures_url is '', expected a URL such as"),
    ],
)
def test_mistakes_are_told_in_a_line(arguments: list[str], message: str, score: Any) -> None:
    ran = score(*arguments)
    assert ran.returncode == 2
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr


def test_help_has_the_params_and_an_example(graft: Any) -> None:
    ran = graft("score", "--help")
    for name in ("max_bad", "feature_engine", "graft score --master yarn hdfs:///pictures"):
        assert name in ran.stdout
