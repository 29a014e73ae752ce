"""``graft report``."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.errors import one_line_errors
from deploy.terminal import say
from tasks.errors import ParamsError
from tasks.pipelines.names import BUILT_IN, run_name
from tasks.runs.outcome import run_id_of
from tasks.storage.paths import Home


@one_line_errors()
def report(
    run: Annotated[str, typer.Argument(help="The run's folder, or its id in GRAFT_HOME.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Default: report.html in that folder."),
    ] = None,
    pipeline: Annotated[
        str, typer.Option(metavar="NAME", help="The pipeline of a run that is given by its id.")
    ] = BUILT_IN,
) -> None:
    """Write the report of a run and print its path."""
    from tasks.report.page import write_report

    home, run_id = find_run(run, pipeline)
    say(str(write_report(home, run_id, output).path))


def find_run(run: str, pipeline: str = BUILT_IN) -> tuple[Home, str]:
    """Return home and id of a run that is given as a folder or by its id in a pipeline.

    Raises:
        ParamsError: it is a folder, but not one of a run.
    """
    folder = Path(run).resolve()
    if not folder.is_dir():
        return Home.from_environ(), run_name(pipeline, run)
    home = Home(folder.parent.parent)
    run_id = run_id_of(folder)
    if home.run(run_id) != folder:
        raise ParamsError(f"{folder} is no run's folder, expected GRAFT_HOME/runs/<run>")
    return home, run_id
