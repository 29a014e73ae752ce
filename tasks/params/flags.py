"""Command line of a job, made from the fields of a group of params."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel

from tasks.params.base import Params
from tasks.params.help import model_help
from tasks.params.parser import parse

Config = TypeVar("Config", bound=Params)


def flags_of(config: BaseModel) -> list[str]:
    """Return the command line that ``parse_flags`` reads as ``config``."""
    # One word for flag and value: a run id that starts with a dash would pass for a flag.
    return [
        f"{flag(name)}={'' if value is None else value}"
        for name, value in config.model_dump().items()
    ]


def parse_flags(
    kind: type[Config], parser: argparse.ArgumentParser, arguments: Sequence[str]
) -> Config:
    """Return the params that a command line describes.

    Args:
        kind: the group of params.
        parser: has the flags of ``add_flags``.
        arguments: the command line without the program.

    Raises:
        ParamsError: a value is of the wrong type or out of bounds.
    """
    given = vars(parser.parse_args(arguments))
    return parse(kind, {k: v for k, v in given.items() if v or not _is_optional(kind, k)})


def add_flags(
    parser: argparse.ArgumentParser, kind: type[Params], short: Mapping[str, str] | None = None
) -> None:
    """Give a parser a flag for every field of a group of params.

    Args:
        parser: gets the flags.
        kind: the group.
        short: flags of one letter by the name of the field.
    """
    for name, text in model_help(kind).items():
        parser.add_argument(
            *flags(name, short),
            dest=name,
            required=kind.model_fields[name].is_required(),
            default=argparse.SUPPRESS,
            metavar=name.rsplit("_", 1)[-1].upper(),
            help=text,
        )


def flags(name: str, short: Mapping[str, str] | None = None) -> list[str]:
    """Return the flags of a field, the short one first."""
    letter = (short or {}).get(name)
    return [*([letter] if letter else []), flag(name)]


def flag(name: str) -> str:
    """Return the long flag of a field.

    >>> flag("train_dump")
    '--train-dump'
    """
    return f"--{name.replace('_', '-')}"


def _is_optional(kind: type[Params], name: str) -> bool:
    """Say whether a flag may be left empty, which counts as not given."""
    field = kind.model_fields[name]
    return field.default is None and not field.is_required()
