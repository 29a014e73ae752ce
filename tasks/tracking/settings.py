"""Settings of MLflow: server, credentials and bounds, from MLflow's own variables."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

from tasks.errors import SetupError
from tasks.storage.redaction import HIDDEN, redact, redact_text, spellings

TRACKING_URI = "MLFLOW_TRACKING_URI"
#: Most seconds that a step waits for MLflow.
SECONDS = "GRAFT_MLFLOW_SECONDS"
_DEFAULT_SECONDS = 300
_USERNAME, _PASSWORD = "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"
_SECRETS = (_USERNAME, _PASSWORD, "MLFLOW_TRACKING_TOKEN")
_SCHEMES = ("http", "https", "sqlite")
# A server that is away is to cost seconds; MLflow's own defaults wait for a quarter of an hour.
_BOUNDS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}
# Neither MLflow's makers nor a program git are asked for anything.
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "GIT_PYTHON_REFRESH": "quiet"}


@dataclass(frozen=True)
class Tracking:
    """An MLflow server and how to reach it.

    Attributes:
        uri: of the server, without user and password.
        environ: variables for the process that talks to it, with the credentials.
        secrets: parts of them that no message may quote.
        seconds: most time that a step waits for the server.
    """

    uri: str
    environ: Mapping[str, str] = field(repr=False)
    secrets: frozenset[str] = field(repr=False)
    seconds: int = _DEFAULT_SECONDS

    @property
    def shown(self) -> str:
        """The URI for logs and records."""
        return redact(self.uri)

    def hide(self, text: str) -> str:
        """Return a text without secrets, and without the user's name where it is a word."""
        text = redact_text(text, self.secrets)
        user = self.environ.get(_USERNAME)
        return re.sub(rf"\b{re.escape(user)}\b", HIDDEN, text) if user else text


def tracking(environ: Mapping[str, str] | None = None) -> Tracking | None:
    """Return the server that ``MLFLOW_TRACKING_URI`` names; None if it is not set.

    Raises:
        SetupError: the URI or the bound is not one.
    """
    current = os.environ if environ is None else environ
    given = current.get(TRACKING_URI, "").strip()
    if not given:
        return None
    if not re.match(rf"(?:{'|'.join(_SCHEMES)}):", given):
        raise SetupError(
            f"{TRACKING_URI} is {redact(given)!r}, expected a URI with http, https or sqlite"
        )
    uri, credentials = _without_credentials(given)
    known = {name: current[name] for name in _SECRETS if current.get(name)}
    known |= credentials
    return Tracking(
        uri,
        {**_BOUNDS, **current, **known, **_QUIET, TRACKING_URI: uri},
        spellings(value for name, value in known.items() if name != _USERNAME),
        _seconds(current),
    )


def _seconds(environ: Mapping[str, str]) -> int:
    given = environ.get(SECONDS, "").strip() or str(_DEFAULT_SECONDS)
    if not re.fullmatch(r"[1-9][0-9]{0,4}", given):
        raise SetupError(f"{SECONDS} is {given!r}, expected seconds from 1 to 99999")
    return int(given)


def _without_credentials(uri: str) -> tuple[str, dict[str, str]]:
    """Return the URI of a server without user and password, and these as variables."""
    parts = urlsplit(uri)
    user, mark, host = parts.netloc.rpartition("@")
    if not mark or not uri.startswith("http"):
        return uri, {}
    name, _, password = user.partition(":")
    found = {_USERNAME: unquote(name), _PASSWORD: unquote(password)}
    return urlunsplit(parts._replace(netloc=host)), {k: v for k, v in found.items() if v}
