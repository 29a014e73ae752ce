"""``graft serve``."""

import socket
from typing import Annotated

import typer

from deploy.cli.errors import USER_ERROR, one_line_errors
from deploy.signals import raise_on_stop_signals, stop_with_parent
from deploy.terminal import say
from tasks.pipelines.names import BUILT_IN

_MIB = 2**20
_MEGA = 10**6


@one_line_errors(USER_ERROR)
def serve(
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=2**16 - 1,
            metavar="PORT",
            envvar="GRAFT_SERVE_PORT",
            help="0: any free one.",
        ),
    ] = 8501,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen on; 0.0.0.0 for all.")
    ] = "127.0.0.1",
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Name of the model, in the registry and in URLs.")
    ] = BUILT_IN,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="ID|RUN|PATH",
            help="Serve this model instead of the champion: a version, a run, a digest or the path "
            "of a SavedModel.",
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Name by which clients may ask, beside addresses and localhost; repeatable.",
        ),
    ] = None,
    max_body_mib: Annotated[
        int, typer.Option(min=1, max=1024, metavar="MIB", help="The most of a request.")
    ] = 32,
    max_pictures: Annotated[
        int, typer.Option(min=1, metavar="N", help="The most pictures of a request.")
    ] = 64,
    max_megapixels: Annotated[
        float, typer.Option(min=0.001, max=178.0, metavar="N", help="The most of a picture.")
    ] = 50.0,
    max_waiting: Annotated[
        int, typer.Option(min=1, metavar="N", help="The most pictures that wait for the model.")
    ] = 512,
    timeout: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="The longest time of a request.")
    ] = 60.0,
) -> None:
    """Serve the champion over HTTP, with the REST API of TensorFlow Serving and a page.

    A promotion is served within seconds; no request is lost. Ctrl-C or SIGTERM answers what has
    begun, and ends. The exit status is 2 for an error that you can mend.
    """
    from tasks.registry.history import registry_folder
    from tasks.serving.app import make_app
    from tasks.serving.find_model import find_model, following
    from tasks.serving.follow import load
    from tasks.serving.limits import Limits
    from tasks.serving.served import Served
    from tasks.serving.server import listen, make_server
    from tasks.storage.paths import Home
    from tasks.visible import log_visibly

    home = Home.from_environ()
    registry_folder(home, name)
    found = find_model(home, name, model) if model else None
    limits = Limits(
        body=max_body_mib * _MIB,
        bodies=8 * max_body_mib * _MIB,
        pictures=max_pictures,
        pixels=int(max_megapixels * _MEGA),
        waiting=max_waiting,
        seconds=timeout,
    )
    served = Served(name, labelled=model is None)
    listener = listen(host, port)
    try:
        if found:
            # One that does not load ends the command; a champion may be followed by a better one.
            served.replace(load(found))
        log_visibly("%(asctime)s %(message)s", "%H:%M:%S")
        raise_on_stop_signals()
        stop_with_parent()
        find = (lambda: found) if found else following(home, name)
        guard = make_app(served, find, limits=limits, hosts=allow_host or ())
        say(f"{name} is at http://{_address(listener)}; Ctrl-C stops it")
        make_server(guard, listener, longest=timeout).run(sockets=[listener])
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
