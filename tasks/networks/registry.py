"""Networks that the param ``network`` can name: those of the table and of a library."""

import re

from tasks.errors import ParamsError
from tasks.networks.network import Network
from tasks.networks.slim_library import NAME, SLIM_PATH
from tasks.networks.slim_published import published_url
from tasks.networks.table import NETWORKS


def get_network(name: str) -> Network:
    """Return the record of a network; one of the library in ``SLIM_PATH`` is built for it.

    Raises:
        ParamsError: no network has this name.
        SetupError: there is no such library, or it cannot build the network.
    """
    check_network(name)
    if name in NETWORKS:
        return NETWORKS[name]
    from tasks.networks.slim_network import library_network

    return library_network(name)


def check_network(name: str) -> None:
    """Raise a ``ParamsError`` if a name is neither in the table nor of the form ``slim:NAME``."""
    if name not in NETWORKS and not re.fullmatch(NAME, name):
        raise ParamsError(f"network is {name!r}, expected one of {expected_names()}")


def expected_names() -> str:
    """Return the names that ``network`` can have, as a text."""
    known = ", ".join(repr(known) for known in NETWORKS)
    return f"{known}, or slim:NAME for a network of the library in {SLIM_PATH}"


def official_checkpoint(name: str) -> str:
    """Return the archive with a network's official checkpoint.

    Raises:
        ParamsError: it has none.
    """
    url = NETWORKS[name].checkpoint_url if name in NETWORKS else None
    return url or published_url(name)
