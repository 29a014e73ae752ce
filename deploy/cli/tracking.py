"""``graft mlflow``."""

from typing import Annotated

import typer

from deploy.cli.errors import one_line_errors
from deploy.terminal import say
from tasks.registry.champion import FLOWERS
from tasks.storage.paths import Home

app = typer.Typer(
    name="mlflow",
    help="Log runs, models and aliases to MLflow.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def group() -> None:
    """Keep ``sync`` a command of its own, though it is the only one."""


@app.command()
@one_line_errors()
def sync(
    name: Annotated[
        str, typer.Option(metavar="NAME", help="The pipeline, whose model has its name.")
    ] = FLOWERS,
) -> None:
    """Log what MLflow lacks of a pipeline: every run, registered model and alias.

    MLFLOW_TRACKING_URI names the server. What it has already is not logged again.
    """
    from tasks.errors import DataError, SetupError
    from tasks.pipelines.folder import find_pipeline
    from tasks.registry.history import registry_names
    from tasks.runs.tracking_record import write_tracking
    from tasks.tracking.settings import TRACKING_URI, tracking
    from tasks.tracking.track import record_of, sync_runs

    server = tracking()
    if server is None:
        raise SetupError(f"{TRACKING_URI} is not set, expected the URI of an MLflow server")
    home, runs, incomplete = Home.from_environ(), 0, 0
    if name not in registry_names(home):
        find_pipeline(name)
    for logged in sync_runs(server, home, name, None, bounded=False):
        record = record_of(server, logged)
        say(f"{logged.run_id}: {record.sentence()}")
        if home.run(logged.run_id).is_dir():
            write_tracking(home, logged.run_id, record)
        runs += 1
        incomplete += bool(record.error)
    say(f"{server.shown} has {runs - incomplete} of {runs} runs, and the aliases of {name}")
    if incomplete:
        raise DataError(f"{incomplete} of {runs} runs are not logged, or not all of them")
