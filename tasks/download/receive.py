"""Receipt of an HTTP body: how much, how fast, and up to which end."""

import re
import time

import requests
import urllib3

from tasks.download.archive_end import has_end
from tasks.download.transfer import RetryPolicy, Transfer
from tasks.errors import NetworkError
from tasks.storage.progress import ByteProgress

_CHUNK_BYTES = 2**20
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,19})-[0-9]{1,19}/([0-9]{1,19}|\*)")


class RateFloor:
    """Ends a transfer that trickles.

    Args:
        policy: has the lowest rate and the time over which it is measured.
    """

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._since = time.monotonic()
        self._bytes = 0

    def add(self, count: int) -> None:
        """Count ``count`` more bytes.

        Raises:
            NetworkError: too few came.
        """
        self._bytes += count
        seconds = time.monotonic() - self._since
        if seconds < self._policy.slow_seconds:
            return
        if self._bytes < self._policy.slow_rate * seconds:
            raise NetworkError(
                f"only {self._bytes:,} bytes came in {seconds:.1f} s, expected at least "
                f"{self._policy.slow_rate:,.0f} bytes/s"
            )
        self._since, self._bytes = time.monotonic(), 0


def resumed_at(content_range: str) -> int | None:
    """Return the first byte that an answer to a resumed download has, or None if it is malformed.

    >>> resumed_at("bytes 100-199/200")
    100
    """
    found = _CONTENT_RANGE.fullmatch(content_range)
    return int(found[1]) if found else None


def receive(response: requests.Response, transfer: Transfer, offset: int) -> bool:
    """Append a body to ``part`` and return True if it is certain that its end was reached.

    It is uncertain for a body that neither tells its length nor ends in a mark, in a format whose
    end is not known.

    Args:
        response: its body is not read yet.
        transfer: receives the bytes.
        offset: number of bytes that ``part`` has already.

    Raises:
        NetworkError: the body broke off, stalled or trickled.
        DataError: the file is larger than allowed.
    """
    total = _total(response, offset)
    transfer.check_size(total)
    progress = ByteProgress(transfer.shown_url, offset=offset, total=total, quiet=transfer.quiet)
    _append(response, transfer, progress)
    if total is not None and progress.done != total:
        raise NetworkError(f"broke off after {progress}")
    ended = True if total is not None or response.raw.chunked else has_end(transfer.part)
    if ended is False:
        raise NetworkError(f"broke off after {progress}: the archive has no end")
    progress.finish()
    return bool(ended)


def _append(response: requests.Response, transfer: Transfer, progress: ByteProgress) -> None:
    floor = RateFloor(transfer.policy)
    try:
        with transfer.part.open("ab") as part:
            # read1 returns bytes as they arrive, so that a stalled download loses none. They are
            # not decoded: some servers send a .tar.gz with Content-Encoding: gzip.
            while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
                part.write(chunk)
                progress.add(len(chunk))
                transfer.check_size(progress.done)
                floor.add(len(chunk))
    except urllib3.exceptions.ReadTimeoutError:
        raise NetworkError(
            f"nothing came for {transfer.policy.read_timeout:g} s after {progress}"
        ) from None
    except urllib3.exceptions.HTTPError as error:
        raise NetworkError(f"broke off after {progress}: {type(error).__name__}") from None


def _total(response: requests.Response, offset: int) -> int | None:
    """Return the size of the whole file, if the answer tells it."""
    left: int | None = response.raw.length_remaining
    if left is not None:
        return offset + left
    if found := _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "")):
        return None if found[2] == "*" or response.status_code != 206 else int(found[2])
    return None
