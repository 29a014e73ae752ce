"""Shared by the download back ends: transfer state, limits, reasons of failures."""

from dataclasses import dataclass, field
from pathlib import Path

from tasks.download.credentials import NO_CREDENTIALS, Credentials
from tasks.errors import DataError, NetworkError
from tasks.storage.local_files import free_space, read_json_file, write_json
from tasks.storage.redaction import redact, redact_text, secrets_of
from tasks.storage.shown import shown

#: The most bytes of a download if nobody says otherwise; half of the free disk may be less.
DEFAULT_MAX_BYTES = 64 * 2**30


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
        slow_rate: an attempt ends if fewer bytes per second come on average ...
        slow_seconds: ... over this time, in seconds.
    """

    attempts: int = 5
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    first_wait: float = 1.0
    longest_wait: float = 30.0
    slow_rate: float = 1024.0
    slow_seconds: float = 60.0


DEFAULT_POLICY = RetryPolicy()


class TooLargeError(DataError):
    """The file is larger than allowed."""


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
        credentials: for the source.
        max_bytes: the most bytes that the file may have.
        quiet: whether to log no progress, as for one of many files.
    """

    url: str = field(repr=False)
    part: Path
    known: Validators | None
    policy: RetryPolicy
    credentials: Credentials = NO_CREDENTIALS
    max_bytes: int = DEFAULT_MAX_BYTES
    quiet: bool = False

    @property
    def shown_url(self) -> str:
        """The URL as messages may show it."""
        return redact(self.url)

    @property
    def sidecar(self) -> Path:
        """The file that names the version to which the bytes in ``part`` belong."""
        return self.part.with_name(f"{self.part.name}.json")

    def resumable_etag(self) -> str | None:
        """Return the ETag of the version that ``part`` is the beginning of, if there is one."""
        try:
            etag = str(read_json_file(self.sidecar)["etag"])
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
            write_json(self.sidecar, {"url": self.shown_url, "etag": etag})

    def drop(self) -> None:
        """Delete the bytes that were transferred so far."""
        self.sidecar.unlink(missing_ok=True)
        self.part.unlink(missing_ok=True)

    def drop_unless_resumable(self) -> None:
        """Delete the bytes that no later attempt could go on from."""
        if not self.resumable_etag():
            self.drop()

    def check_size(self, size: int | None) -> None:
        """Raise a ``TooLargeError`` if the file is larger than allowed.

        Args:
            size: of the whole file as its source says, or of what has come so far, in bytes.
        """
        if size is not None and size > self.max_bytes:
            raise TooLargeError(
                f"{self.shown_url} has {size:,} bytes or more, expected at most "
                f"{self.max_bytes:,}; the param max_download_gib sets this limit, by default "
                "64 GiB or half of the free disk"
            )

    def reason(self, error: Exception) -> str:
        """Return the innermost cause of an error in one line, without secrets."""
        return reason(error, self.url, self.credentials)


def default_max_bytes(part: Path) -> int:
    """Return the most bytes of a download for which nobody set a limit.

    Args:
        part: the file that receives the bytes, or the folder that receives files.
    """
    had = part.stat().st_size if part.is_file() else 0
    return min(DEFAULT_MAX_BYTES, (free_space(part)[1] + had) // 2)


def reason(error: Exception, url: str, credentials: Credentials = NO_CREDENTIALS) -> str:
    """Return the innermost cause in one line, without the secrets of the URL and credentials."""
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    lines = str(getattr(cause, "reason", cause)).splitlines() or [type(cause).__name__]
    secrets = secrets_of(url) | credentials.secrets
    return shown(redact_text(lines[0], secrets))
