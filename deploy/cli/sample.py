"""``graft sample``."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.errors import one_line_errors
from deploy.environment import set_environment
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.registry import get_network
from tasks.storage.paths import Home

app = typer.Typer(
    name="sample",
    help="Make the bundled sample, which needs no network.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
@one_line_errors()
def make(
    network: Annotated[
        str, typer.Option(metavar="NAME", help="The network that gets random weights.")
    ] = INCEPTION_V1.name,
) -> None:
    """Make it below GRAFT_HOME and print a run's params as JSON."""
    from tasks.sample.make import make_sample, sample_conf

    set_environment()
    record = get_network(network)
    sample = make_sample(Home.from_environ(), record)
    sys.stdout.write(f"{json.dumps(sample_conf(sample.path, record))}\n")


@app.command()
@one_line_errors()
def contact_sheet(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file to write.")],
) -> None:
    """Write a PNG of pictures of every kind."""
    from tasks.sample.contact_sheet import save_contact_sheet

    save_contact_sheet(path)
