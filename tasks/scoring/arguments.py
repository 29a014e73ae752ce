"""Command line of ``graft score`` and of its job: written for the DAG, read by the job."""

import argparse
from collections.abc import Sequence

from tasks.errors import ParamsError
from tasks.params.flags import add_flags, flags_of, parse_flags
from tasks.params.help import model_help
from tasks.params.parser import nearest, parse
from tasks.params.scoring import ScoreConfig, ScoreJobParams
from tasks.params.setting import read_setting
from tasks.storage.locations import RemotePath, location

#: Params that ``graft score`` takes as arguments of its own.
_PLACES = ("pictures_url", "scores_url")


def score_arguments(config: ScoreConfig) -> list[str]:
    """Return the command line that ``parse_score_arguments`` reads as ``config``."""
    return flags_of(config)


def parse_score_arguments(arguments: Sequence[str]) -> ScoreConfig:
    """Return the configuration that a command line of the job describes.

    Raises:
        ParamsError: a value is of the wrong type or out of bounds.
    """
    parser = argparse.ArgumentParser(
        prog="spark-submit [spark options] tasks/score_job.py",
        description="Score pictures with a trained model.",
        epilog="GRAFT_HOME says where models are (default: work/ in the checkout). Source env.sh "
        "first: it tells spark-submit where Java and BigDL are.",
        allow_abbrev=False,
    )
    add_flags(parser, ScoreConfig)
    return parse_flags(ScoreConfig, parser, arguments)


def scoring(pictures: str, scores: str | None, settings: Sequence[str]) -> ScoreConfig:
    """Return the configuration that a command line of ``graft score`` describes.

    Args:
        pictures: path or URL of the pictures; a path may be relative.
        scores: path or URL of the folder of the scores; None for one of GRAFT_HOME.
        settings: ``NAME=VALUE`` each.

    Raises:
        ParamsError: a setting is not written so, is not known, or is out of bounds.
    """
    given = dict(map(_setting, settings))
    places = dict(zip(_PLACES, (pictures, scores), strict=True))
    found = {name: _absolute(place) for name, place in places.items() if place is not None}
    return parse(ScoreConfig, {**given, **found})


def option_table() -> list[tuple[str, str]]:
    """Return the names that ``-p`` takes, and their explanation."""
    return [(name, text) for name, text in model_help(ScoreJobParams).items() if name in _names()]


def _names() -> list[str]:
    return [name for name in ScoreJobParams.model_fields if name not in _PLACES]


def _setting(text: str) -> tuple[str, str]:
    name, value = read_setting(text, example="model=previous")
    if name not in _names():
        raise ParamsError(f"unknown param {name!r}: {nearest(name, _names())}")
    return name, value


def _absolute(place: str) -> str:
    """Return a URL as it is, and a path from the root: executors have folders of their own."""
    found = location(place)
    if isinstance(found, RemotePath) or not place or "://" in place:
        return place
    return str(found.expanduser().absolute())
