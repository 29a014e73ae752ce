"""Health checks of the services in ``docker-compose.yml``.

``python -m deploy.healthy URL [COMPONENT]`` exits with 0 if the service answers with status 200 and
reports the component as healthy. Airflow reports components at ``/api/v2/monitor/health``.
"""

import http.client
import json
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from tasks.errors import GraftError, NetworkError

_TIMEOUT_SECONDS = 5


def check(url: str, component: str | None = None) -> None:
    """Return if the service at ``url`` is healthy, raise if it is not.

    Args:
        url: http only.
        component: a key of the JSON object that the service answers with.

    Raises:
        NetworkError: no answer, another status than 200, or the component is not healthy.
    """
    status, body = _get(url)
    if status != http.client.OK:
        raise NetworkError(f"{url} answered {status}, expected 200")
    if component is None:
        return
    try:
        found = json.loads(body)[component]["status"]
    except (ValueError, TypeError, KeyError):
        raise NetworkError(f"{url} has no status of {component!r}: {body[:200]!r}") from None
    if found != "healthy":
        raise NetworkError(f"{url} reports {component} as {found!r}, expected 'healthy'")


def _get(url: str) -> tuple[int, bytes]:
    # Not requests: its import takes longer than the question.
    parts = urlsplit(url)
    try:
        connection = http.client.HTTPConnection(parts.netloc, timeout=_TIMEOUT_SECONDS)
        connection.request("GET", parts.path or "/")
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise NetworkError(f"{url} does not answer: {error}") from None


def main(arguments: Sequence[str]) -> int:
    """Check, say in a line what is wrong, and return the exit status."""
    try:
        check(*arguments)
    except GraftError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
