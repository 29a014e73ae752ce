"""``graft export``."""

from typing import Annotated

import typer

from deploy.cli.errors import one_line_errors
from deploy.environment import set_environment
from deploy.terminal import say
from tasks.visible import log_visibly


@one_line_errors()
def export(
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN|MODEL]",
            help="A run or a model: its id or digest in GRAFT_HOME, or its folder. Default: the "
            "newest run that trained.",
        ),
    ] = None,
) -> None:
    """Export a model as a TensorFlow SavedModel and print its path.

    Does what the DAG's step export_model does, also for models of before that step.
    """
    set_environment()
    log_visibly("  %(message)s")
    from tasks.exports.choice import find_model
    from tasks.exports.export import export_model
    from tasks.storage.paths import Home

    home = Home.from_environ()
    found = find_model(home, model)
    if found.parent != home.models:
        # A folder that was named belongs to the home that it lies in.
        home = Home(found.parent.parent)
    say(str(export_model(found, home).path))
