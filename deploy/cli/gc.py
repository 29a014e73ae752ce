"""``graft gc``."""

from typing import Annotated

import typer

from deploy.cli.errors import one_line_errors
from deploy.environment import set_environment
from deploy.terminal import say


@one_line_errors()
def gc(
    keep: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="Keep the newest N runs and N models, and what they need."
        ),
    ] = 3,
    older_than: Annotated[
        str,
        typer.Option(metavar="AGE", help="Keep what was used within 12h, 30d or 8w; 0d: no age."),
    ] = "30d",
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete it; without this, it is only listed.")
    ] = False,
) -> None:
    """List or delete what nobody needs below GRAFT_HOME.

    What a run that goes on needs, what a process uses, and the champion and the version before it
    are never deleted.
    """
    from tasks.housekeeping.amounts import parse_age
    from tasks.housekeeping.gc import gc_lines
    from tasks.housekeeping.plan import Policy
    from tasks.storage.paths import Home

    policy = Policy(keep, parse_age(older_than))
    set_environment()
    for line in gc_lines(Home.from_environ(), policy, deletes=delete):
        say(line)
