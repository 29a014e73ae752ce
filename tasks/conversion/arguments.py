"""Command line of ``graft convert`` and of its Spark job."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields

from tasks.datasets.options import Options, options_of
from tasks.errors import ParamsError
from tasks.params.definitions import RunParams
from tasks.params.help import model_help
from tasks.params.parser import nearest, parse
from tasks.params.setting import read_setting
from tasks.storage.locations import RemotePath, location

_NAMES = [field.name for field in fields(Options)]


@dataclass(frozen=True)
class Conversion:
    """A data set to make.

    Attributes:
        source: path or URL of the pictures.
        destination: path or URL of the folder that is made.
        options: choices of how.
    """

    source: str
    destination: str
    options: Options


def conversion(source: str, destination: str, settings: Sequence[str]) -> Conversion:
    """Return the conversion that a command line describes.

    Args:
        source: path or URL of the pictures.
        destination: path or URL of the folder.
        settings: ``NAME=VALUE`` each.

    Raises:
        ParamsError: a setting is not written so, is not known, or is out of bounds; a place is
            empty, or a URL with a password in it.
    """
    given = dict(map(_setting, settings))
    checked = parse(RunParams, given)
    options = options_of(checked)
    for name, place in (("SOURCE", source), ("DESTINATION", destination)):
        if not place:
            raise ParamsError(f"{name} is empty, expected the path or URL of a folder")
    return Conversion(_absolute(source), _absolute(destination), options)


def job_arguments(wanted: Conversion) -> list[str]:
    """Return the command line that ``parse_job_arguments`` reads."""
    settings = {name: getattr(wanted.options, name) for name in _NAMES}
    return [wanted.source, wanted.destination, json.dumps(settings)]


def parse_job_arguments(arguments: Sequence[str]) -> Conversion:
    """Return the conversion that the command line of the job describes."""
    source, destination, settings = arguments
    return Conversion(source, destination, Options(**json.loads(settings)))


def option_table() -> list[tuple[str, str]]:
    """Return the names that ``-p`` takes, and their explanation."""
    return [(name, text) for name, text in model_help(RunParams).items() if name in _NAMES]


def _absolute(place: str) -> str:
    """Return a URL as it is, and a path from the root: executors have folders of their own."""
    found = location(place)
    return place if isinstance(found, RemotePath) else str(found.expanduser().absolute())


def _setting(text: str) -> tuple[str, str]:
    name, value = read_setting(text, example="bad_pictures=skip")
    if name not in _NAMES:
        raise ParamsError(f"unknown param {name!r}: {nearest(name, _NAMES)}")
    return name, value
