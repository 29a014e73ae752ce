"""``graft models``, ``graft promote`` and ``graft rollback``."""

import getpass
import json
import os
import sys
from typing import Annotated

import typer

from deploy.cli.errors import one_line_errors
from deploy.terminal import say
from tasks.registry.champion import FLOWERS
from tasks.storage.paths import Home

Name = Annotated[str, typer.Option(metavar="NAME", help="The model's name.")]
Why = Annotated[str, typer.Option(metavar="TEXT", help="The reason, for the history.")]


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # the machine knows the user by number alone
        return f"user{os.getuid()}"


@one_line_errors()
def models(
    name: Name = FLOWERS,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the versions of a model, the newest first, and which of them is the champion."""
    from tasks.registry.table import version_lines, version_rows

    rows = version_rows(Home.from_environ(), name)
    if as_json:
        sys.stdout.write(f"{json.dumps([row.as_json() for row in rows], indent=2)}\n")
        return
    if not rows:
        say(f"{name} has no version yet: a run of the DAG makes one")
        return
    for line in version_lines(rows):
        say(line)


@one_line_errors()
def promote(
    version: Annotated[
        str, typer.Argument(metavar="VERSION|RUN", help="The version's number, or a run's id.")
    ],
    name: Name = FLOWERS,
    why: Why = "",
) -> None:
    """Make a version the champion, whatever its accuracy.

    A run's model that no version has becomes one.
    """
    from tasks.registry.by_hand import promote as promote_version

    made = promote_version(Home.from_environ(), name, version, who=_user(), why=why)
    say(f"version {made.number} is the champion of {name}: top-1 {made.validation.text}")
    _tell_mlflow(name)


@one_line_errors()
def rollback(name: Name = FLOWERS, why: Why = "") -> None:
    """Make the version before the champion the champion again."""
    from tasks.registry.by_hand import roll_back

    left, now = roll_back(Home.from_environ(), name, who=_user(), why=why)
    say(
        f"version {now.number} is the champion of {name} again: top-1 "
        f"{now.validation.text}; version {left.number} was rolled back"
    )
    _tell_mlflow(name)


def _tell_mlflow(name: str) -> None:
    """Keep MLflow's aliases in step; the promotion stands whatever comes of it."""
    from tasks.tracking.track import keep_aliases

    if failure := keep_aliases(Home.from_environ(), name):
        say(f"warning: {failure}", sys.stderr)
