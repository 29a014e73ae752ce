"""``graft pipeline``."""

import json
import sys
from typing import Annotated

import typer

from deploy.cli.errors import one_line_errors
from deploy.terminal import say
from tasks.errors import ParamsError
from tasks.pipelines.folder import read_pipelines
from tasks.pipelines.pipeline import Pipeline, built_in

app = typer.Typer(
    name="pipeline",
    help="Pipelines: one for each data set, by a file in the folder GRAFT_PIPELINES.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
@one_line_errors()
def new(
    name: Annotated[
        str, typer.Argument(help="Lower-case letters, digits, '_' and '-'; also the model's name.")
    ],
    data: Annotated[
        str,
        typer.Option(
            *("--data", "-d"),
            metavar="PATH|URL",
            help="The pictures: a folder or archive with a subfolder for each class, a list, "
            "Parquet or TFRecord files.",
        ),
    ],
    schedule: Annotated[
        str | None,
        typer.Option(
            metavar="CRON",
            help="A cron expression in UTC, a preset such as @daily, or none. Default: "
            "GRAFT_SCHEDULE.",
        ),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(
            *("--param", "-p"),
            metavar="NAME=VALUE",
            help="A default of the pipeline, as often as you like; graft run --help has all.",
        ),
    ] = None,
) -> None:
    """Write the file of a new pipeline and print its path."""
    from deploy.run_params import run_params
    from tasks.pipelines.write import write_pipeline

    params = run_params(None, "{}", param or (), data)
    # A pipeline's file needs no source: it has a URL.
    params.pop("source", None)
    path, made = write_pipeline(name, params, schedule)
    say(str(path))
    say(f"  Airflow shows {made.dag_id} in a minute; by hand: graft run --pipeline {name}")


@app.command("list")
@one_line_errors()
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the pipelines with their schedules and data sets, the built-in one first.

    The exit status is 1 if a file is wrong; ``graft pipeline check`` says so as well.
    """
    found = read_pipelines()
    rows = [_row(each) for each in (built_in(), *found.pipelines.values())]
    if as_json:
        sys.stdout.write(f"{json.dumps(rows, indent=2)}\n")
    else:
        say(f"{'name':<20} {'schedule':<16} data set")
        for row in rows:
            say(f"{row['name']:<20} {row['schedule'] or 'none':<16} {row['dataset']}")
    _tell(found.problems)


@app.command()
@one_line_errors()
def check() -> None:
    """Check all files: a line for each, ok or what is wrong.

    The exit status is 1 if a file is wrong.
    """
    found = read_pipelines()
    if not found.files and not found.problems:
        raise ParamsError(
            "no file to check, expected GRAFT_PIPELINES to name a folder with files *.toml"
        )
    for name, path in found.files.items():
        say(f"ok  {path}: {found.pipelines[name].dag_id}")
    _tell(found.problems)


def _row(pipeline: Pipeline) -> dict[str, str | None]:
    from tasks.storage.redaction import redact

    params = pipeline.params
    return {
        "name": pipeline.name,
        "dag_id": pipeline.dag_id,
        "schedule": pipeline.schedule,
        "dataset": "sample" if params.source == "sample" else redact(params.dataset_url),
        "network": params.network,
        "promote": params.promote,
    }


def _tell(problems: tuple[str, ...]) -> None:
    for problem in problems:
        say(f"FIX {problem}", sys.stderr)
    if problems:
        raise typer.Exit(1)
