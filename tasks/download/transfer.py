"""What is common to all ways of bringing a file here: its state, its patience, its words."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tasks.errors import NetworkError

_USER = re.compile(r"(?<=://)[^/?#]*@")
_QUERY = re.compile(r"([?#]).*", re.DOTALL)


@dataclass(frozen=True)
class RetryPolicy:
    """How long a server is waited for, and how often it is asked.

    Attributes:
        attempts: requests in all.
        connect_timeout: seconds until a connection is there.
        read_timeout: seconds until the next bytes are there.
        first_wait: seconds between the first two attempts, doubled after each and jittered.
        longest_wait: seconds that no wait exceeds.
    """

    attempts: int = 5
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    first_wait: float = 1.0
    longest_wait: float = 30.0


DEFAULT_POLICY = RetryPolicy()


class UnreachableError(NetworkError):
    """There was no answer at all, so what was downloaded before is as good as it gets."""


@dataclass(frozen=True)
class Validators:
    """What a source says to tell one version of a file from another."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Transfer:
    """One download under way.

    Attributes:
        url: where from.
        part: where to, until it is whole.
        known: the validators of the version that is there already.
        policy: how to retry.
    """

    url: str
    part: Path
    known: Validators | None
    policy: RetryPolicy

    @property
    def sidecar(self) -> Path:
        """Says which version of the file ``part`` is the beginning of."""
        return self.part.with_name(f"{self.part.name}.json")

    def drop(self) -> None:
        """Forget what was transferred so far."""
        self.sidecar.unlink(missing_ok=True)
        self.part.unlink(missing_ok=True)


def redact(url: str) -> str:
    """Return ``url`` without what may be secret in it.

    >>> redact("https://me:secret@example.org/flowers.tar.gz?token=1")
    'https://***@example.org/flowers.tar.gz?***'
    """
    return _QUERY.sub(r"\1***", _USER.sub("***@", url))


def reason(error: Exception, url: str) -> str:
    """Return the innermost cause in one line, without the URL's secrets."""
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    lines = str(getattr(cause, "reason", cause)).splitlines() or [type(cause).__name__]
    parts = urlsplit(url)
    secrets = (parts.query, parts.netloc.rpartition("@")[0], parts.password)
    reason = lines[0]
    for secret in filter(None, secrets):
        reason = reason.replace(secret, "***")
    return reason
