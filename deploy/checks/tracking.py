"""Check of MLflow: whether the server that is set answers."""

from collections.abc import Mapping

from tasks.errors import NetworkError, TransientError
from tasks.tracking.settings import TRACKING_URI, tracking
from tasks.tracking.track import check_server


def check_tracking(environ: Mapping[str, str]) -> str:
    """Return the server to which runs are logged.

    Raises:
        SetupError: its URI is wrong.
        NetworkError: it does not answer as it should.
    """
    server = tracking(environ)
    if server is None:
        return f"{TRACKING_URI} is not set: runs are not logged to it"
    try:
        check_server(server)
    except TransientError as error:
        raise NetworkError(
            f"{server.shown} does not answer as it should ({error}): runs succeed without it, and "
            "graft mlflow sync logs them later"
        ) from None
    return f"runs are logged to {server.shown}"
