"""Shared by the download back ends: transfer state, retry policy, URL redaction."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tasks.errors import NetworkError
from tasks.storage.local_files import write_json

_USER = re.compile(r"(?<=://)[^/?#]*@")
_QUERY = re.compile(r"([?#]).*", re.DOTALL)


@dataclass(frozen=True)
class RetryPolicy:
    """Limits on waiting for a server.

    Attributes:
        attempts: the most requests.
        connect_timeout: the longest wait for a connection, in seconds.
        read_timeout: the longest wait for the next bytes, in seconds.
        first_wait: wait between the first two attempts, in seconds, doubled after each and
            jittered.
        longest_wait: the longest wait between two attempts, in seconds.
    """

    attempts: int = 5
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    first_wait: float = 1.0
    longest_wait: float = 30.0


DEFAULT_POLICY = RetryPolicy()


class UnreachableError(NetworkError):
    """The source did not answer at all, so an earlier download may be reused."""


@dataclass(frozen=True)
class Validators:
    """Values by which a source distinguishes versions of a file."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Transfer:
    """A download in progress.

    Attributes:
        url: the source.
        part: the file that receives the bytes until it is whole.
        known: the validators of an earlier download.
        policy: limits on waiting and retrying.
        quiet: whether to log no progress, as for one of many files.
    """

    url: str
    part: Path
    known: Validators | None
    policy: RetryPolicy
    quiet: bool = False

    @property
    def sidecar(self) -> Path:
        """The file that names the version to which the bytes in ``part`` belong."""
        return self.part.with_name(f"{self.part.name}.json")

    def resumable_etag(self) -> str | None:
        """Return the ETag of the version that ``part`` is the beginning of, if there is one."""
        try:
            etag = str(json.loads(self.sidecar.read_text(encoding="utf-8"))["etag"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        return etag if self.part.is_file() and self.part.stat().st_size else None

    def start_over(self, etag: str) -> None:
        """Empty ``part`` and note the ETag of the version that it will receive.

        Args:
            etag: of the source's answer, or ''. A weak one is not noted, because files with the
                same weak ETag may differ in some bytes.
        """
        self.drop()
        self.part.touch()
        if etag.startswith('"'):
            write_json(self.sidecar, {"url": redact(self.url), "etag": etag})

    def drop(self) -> None:
        """Delete the bytes that were transferred so far."""
        self.sidecar.unlink(missing_ok=True)
        self.part.unlink(missing_ok=True)


def redact(url: str) -> str:
    """Return ``url`` without the parts that may be secret.

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
