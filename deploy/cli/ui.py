"""``graft ui``."""

from typing import Annotated

import typer

from deploy.cli.errors import one_line_errors
from deploy.signals import raise_on_stop_signals, stop_with_parent
from tasks.whole_number import whole_number


def _port(given: str | int) -> int:
    text = str(given)
    port = whole_number(text) or 0
    if not 0 < port < 2**16:
        raise typer.BadParameter(f"{text!r} is no port, expected 1 to {2**16 - 1}")
    return port


@one_line_errors()
def ui(
    port: Annotated[
        int, typer.Option(parser=_port, metavar="PORT", help="Port of 127.0.0.1.")
    ] = 8080,
) -> None:
    """Run Airflow with its web pages until Ctrl-C.

    Everything answers on 127.0.0.1 alone, and asks for a password.
    """
    from deploy.ui import run
    from tasks.storage.paths import Home

    raise_on_stop_signals()
    stop_with_parent()
    try:
        run(Home.from_environ(), port)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
