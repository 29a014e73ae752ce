"""``graft verify``."""

from typing import Annotated

import typer

from deploy.cli.errors import one_line_errors
from deploy.environment import set_environment
from deploy.terminal import say
from tasks.visible import log_visibly

_NOT_CHECKED = 2


@one_line_errors(_NOT_CHECKED)
def verify(
    delete: Annotated[
        bool,
        typer.Option("--delete", help="Delete damaged files, so that the next run makes them."),
    ] = False,
) -> None:
    """Check all artefacts and registries below GRAFT_HOME: a line each, ok or what is wrong.

    Sizes and contents are compared with those that were recorded when an artefact was made.
    The exit status is 0 if all are whole, 1 if one is damaged, 2 if they could not be checked.
    """
    from tasks.housekeeping.gc import remote_files
    from tasks.housekeeping.verify import delete_damaged, summary
    from tasks.housekeeping.verify import verify as verify_home
    from tasks.storage.paths import Home

    set_environment()
    # Large artefacts log their progress.
    log_visibly("  %(message)s")
    home, checked = Home.from_environ(), []
    with remote_files(home) as files:
        for one in verify_home(home, files):
            say(one.line())
            checked.append(one)
            if delete:
                delete_damaged(one, files)
    say(summary(checked))
    raise typer.Exit(1 if any(one.damage for one in checked) else 0)
