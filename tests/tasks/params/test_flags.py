import argparse

import pytest

from tasks.errors import ParamsError
from tasks.params.flags import add_flags, flags, flags_of, parse_flags
from tasks.params.scoring import ScoreConfig


def read(*arguments: str) -> ScoreConfig:
    parser = argparse.ArgumentParser()
    add_flags(parser, ScoreConfig, {"model": "-m"})
    return parse_flags(ScoreConfig, parser, arguments)


def test_what_is_written_is_read() -> None:
    config = ScoreConfig(pictures_url="/a b", max_bad=0.25, output="csv", run_id="-x")
    assert read(*flags_of(config)) == config
    assert read("--pictures-url=/in", "-m", "4", "--max-bad=") == ScoreConfig(
        pictures_url="/in", model="4"
    )
    assert flags("model", {"model": "-m"}) == ["-m", "--model"]


def test_errors_are_those_of_the_params() -> None:
    with pytest.raises(ParamsError, match="max_bad is '2', expected to be less than or equal to 1"):
        read("--pictures-url=/in", "--max-bad=2")
