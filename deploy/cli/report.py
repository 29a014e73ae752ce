"""``graft report``."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.errors import one_line_errors
from deploy.terminal import say
from tasks.errors import ParamsError
from tasks.pipelines.names import name_of_run, run_name
from tasks.runs.metrics import METRICS
from tasks.runs.outcome import run_id_of
from tasks.runs.pipeline_run import pipeline_run, require_own
from tasks.storage.paths import Home


@one_line_errors()
def report(
    run: Annotated[str, typer.Argument(help="The run's folder, or its id in GRAFT_HOME.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Default: report.html in that folder."),
    ] = None,
    pipeline: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The run's pipeline; default: birds for the id birds/RUN, flowers for another id.",
        ),
    ] = None,
) -> None:
    """Write the report of a run and print its path."""
    from tasks.report.page import write_report

    home, run_id = find_run(run, pipeline)
    say(str(write_report(home, run_id, output).path))


def find_run(run: str, pipeline: str | None = None) -> tuple[Home, str]:
    """Return home and id of a run that is given as a folder, or by id or folder in GRAFT_HOME.

    Args:
        run: the run.
        pipeline: the run's pipeline; None: whichever it is.

    Raises:
        ParamsError: it is a folder, but not one of a run, or it belongs to another pipeline.
        DataError: the run's metrics are damaged.
    """
    folder = Path(run).resolve()
    if not folder.is_dir():
        return _in_home(Home.from_environ(), run, pipeline)
    home = Home(folder.parent.parent)
    run_id = run_id_of(folder)
    if home.run(run_id) != folder:
        raise ParamsError(f"{folder} is no run's folder, expected GRAFT_HOME/runs/<run>")
    require_own(pipeline or name_of_run(run_id), name_of_run(run_id), run)
    return home, run_id


def _in_home(home: Home, run: str, pipeline: str | None) -> tuple[Home, str]:
    folder = pipeline_run(home, pipeline, run) if pipeline else home.find_run(run)
    if folder is None or not (folder / METRICS).is_file():
        return home, run_name(pipeline, run) if pipeline else run
    return home, run_id_of(folder)
