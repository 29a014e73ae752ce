"""``graft doctor``."""

import typer

from deploy.cli.errors import one_line_errors
from deploy.environment import set_environment
from deploy.terminal import say


@one_line_errors()
def doctor() -> None:
    """Check this machine: a line each, ok or what to do.

    The exit status is 1 if something has to be mended.
    """
    from deploy.doctor import examine

    set_environment()
    ready = True
    for finding in examine():
        say(finding.line())
        ready = ready and finding.ok
    raise typer.Exit(0 if ready else 1)
