from pathlib import Path

import pytest

from tasks.errors import ParamsError
from tasks.params.scoring import ScoreConfig
from tasks.scoring.arguments import (
    option_table,
    parse_score_arguments,
    score_arguments,
    scoring,
)


def test_the_job_is_told_what_the_command_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    config = scoring("in", "hdfs:///out", ["model=4", "output=csv", "max_bad=0.5"])
    assert config == ScoreConfig(
        pictures_url=str(Path("/in")),
        scores_url="hdfs:///out",
        model="4",
        output="csv",
        max_bad=0.5,
    )
    assert parse_score_arguments(score_arguments(config)) == config
    assert scoring("http://host/a.zip", None, []).scores_url is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["model"], "a param has no '=' in it, expected NAME=VALUE such as model=previous"),
        (["outputs=csv"], "unknown param 'outputs': did you mean 'output'"),
        (["pictures_url=x"], "unknown param 'pictures_url'"),
        (["output=json"], "output is 'json', expected to be 'parquet' or 'csv'"),
    ],
)
def test_a_bad_setting_is_told(settings: list[str], message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        scoring("/in", None, settings)


def test_a_password_in_a_url_is_refused() -> None:
    with pytest.raises(ParamsError, match="a hdfs:// URL has a password in it"):
        scoring("hdfs://me:secret@host/in", None, [])


def test_help_has_every_param_but_the_places() -> None:
    names = [name for name, _ in option_table()]
    assert names == [name for name in ScoreConfig.model_fields if name in names]
    assert {"name", "model", "output", "max_bad", "data_layout", "feature_engine"} == set(names)
