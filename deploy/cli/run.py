"""``graft run``."""

from typing import Annotated

import typer

from deploy.cli.epilog import TableCommand
from deploy.cli.errors import one_line_errors
from deploy.environment import set_environment
from deploy.signals import raise_on_stop_signals, stop_with_parent
from deploy.terminal import say
from tasks.params.data import Source
from tasks.params.definitions import RunParams
from tasks.params.help import model_help
from tasks.pipelines.folder import find_pipeline
from tasks.pipelines.names import BUILT_IN

# The run did not start: the user's params or machine.
_NOT_STARTED = 2


class RunCommand(TableCommand):
    """The command, whose help explains every param."""

    heading = "Params, for -p and --conf"

    @staticmethod
    def table() -> list[tuple[str, str]]:
        """Return the params with their defaults."""
        return list(model_help(RunParams).items())


def _complete_param(incomplete: str) -> list[tuple[str, str]]:
    return [
        (f"{name}=", text)
        for name, text in model_help(RunParams).items()
        if name.startswith(incomplete)
    ]


@one_line_errors(_NOT_STARTED)
def run(
    source: Annotated[
        Source | None,
        typer.Option(
            help="What to train on. Default: the bundled sample, or what the pipeline's file says."
        ),
    ] = None,
    pipeline: Annotated[
        str,
        typer.Option(metavar="NAME", help="The pipeline, see graft pipeline list."),
    ] = BUILT_IN,
    data: Annotated[
        str | None,
        typer.Option(
            *("--data", "-d"),
            metavar="PATH|URL",
            help="Your pictures: a folder or archive with a subfolder for each class, a list, "
            "Parquet or TFRecord files; the same as the param dataset_url.",
        ),
    ] = None,
    conf: Annotated[str, typer.Option(metavar="JSON", help="Params of the run.")] = "{}",
    param: Annotated[
        list[str] | None,
        typer.Option(
            *("--param", "-p"),
            metavar="NAME=VALUE",
            help="One param of the run, as often as you like; overrides --conf.",
            autocompletion=_complete_param,
        ),
    ] = None,
) -> None:
    """Run a pipeline's DAG to its end on this machine and print a summary.

    The exit status is 0 if the run succeeded, 1 if it failed, 2 if it could not start.
    """
    from deploy.process_tree import adopt_orphans, kill_descendants
    from deploy.run_local import run as run_dag
    from deploy.run_params import run_params

    own = None if pipeline != BUILT_IN else "sample"
    params = run_params(source or own, conf, param or (), data)
    unused = set_environment()
    chosen = find_pipeline(pipeline)
    raise_on_stop_signals()
    stop_with_parent()
    adopt_orphans()
    try:
        succeeded = run_dag(chosen, params, unused)
    except KeyboardInterrupt:
        say("")
        say("stopped; the next run goes on from here")
        raise
    finally:
        kill_descendants()
    raise typer.Exit(0 if succeeded else 1)
