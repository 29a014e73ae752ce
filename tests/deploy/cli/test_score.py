"""``graft score``: what it submits, and mistakes that it tells before Spark starts."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.programs_alone import Ran, run_graft_alone
from tasks.params.scoring import ScoreConfig
from tasks.scoring.arguments import parse_score_arguments
from tasks.spark.settings import SCORE_JOB


@pytest.fixture
def score(tmp_path: Path) -> Callable[..., Ran]:
    return functools.partial(run_graft_alone, tmp_path, "score")


def test_the_job_is_submitted_with_sparks_options(score: Any, tmp_path: Path) -> None:
    options = ["--master", "yarn", "--driver-memory", "2g"]
    words = ["in", "hdfs:///out", "--model", "4", "--name", "birds", *options, "-p", "output=csv"]
    ran = score(*words)
    assert ran.returncode == 7, ran.stderr
    words = ran.stdout.splitlines()
    assert words[:5] == [*options, str(SCORE_JOB)]
    assert parse_score_arguments(words[5:]) == ScoreConfig(
        pictures_url=str(tmp_path / "in"),
        scores_url="hdfs:///out",
        name="birds",
        model="4",
        output="csv",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in", "-p", "epochs=3"], "error: unknown param 'epochs': known are data_layout, "),
        (["in", "-p", "csv"], "a param has no '=' in it, expected NAME=VALUE such as"),
        (["in", "-p", "max_bad=2"], "max_bad is '2', expected to be less than or equal to 1"),
        (["in", "--name", "Birds"], "error: name is 'Birds', expected lower-case letters, dig"),
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
