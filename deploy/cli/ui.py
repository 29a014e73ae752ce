"""``graft ui``."""

from typing import Annotated

import typer

from deploy.cli.errors import one_line_errors
from deploy.signals import raise_on_stop_signals


@one_line_errors()
def ui(
    port: Annotated[int, typer.Option(min=1, max=2**16 - 1, help="Port of 127.0.0.1.")] = 8080,
) -> None:
    """Run Airflow with its web pages until Ctrl-C.

    Everything answers on 127.0.0.1 alone, and asks for a password.
    """
    from deploy.ui import run
    from tasks.storage.paths import Home

    raise_on_stop_signals()
    try:
        run(Home.from_environ(), port)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
