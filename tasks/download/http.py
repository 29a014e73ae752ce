"""Downloads over http(s), with retries; a broken download is resumed."""

import logging
import re
from functools import partial

import requests
import tenacity
import urllib3

from tasks.download.transfer import Transfer, UnreachableError, Validators, reason, redact
from tasks.errors import DataError, GraftError, NetworkError, ParamsError
from tasks.storage.progress import ByteProgress

logger = logging.getLogger(__name__)

_CHUNK_BYTES = 2**20
_MIB = 2**20
_TEMPORARY_STATUSES = {408, 429}
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


def fetch_http(transfer: Transfer) -> Validators | None:
    """Complete ``part``, or return None if the file is still the known version."""
    policy = transfer.policy
    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(policy.attempts),
        wait=tenacity.wait_exponential_jitter(
            multiplier=policy.first_wait, max=policy.longest_wait, jitter=policy.first_wait
        ),
        retry=tenacity.retry_if_exception_type(NetworkError),
        before_sleep=partial(_log_retry, transfer),
        reraise=True,
    )
    try:
        with requests.Session() as session:
            return retrying(_attempt, session, transfer)
    except NetworkError as error:
        raise type(error)(
            f"{redact(transfer.url)}: {error}; attempts made: {policy.attempts}"
        ) from None


def _log_retry(transfer: Transfer, state: tenacity.RetryCallState) -> None:
    logger.warning(
        "%s: %s; attempt %d of %d, the next in %.1f s",
        redact(transfer.url),
        state.outcome.exception() if state.outcome else None,
        state.attempt_number,
        transfer.policy.attempts,
        state.upcoming_sleep,
    )


def _attempt(session: requests.Session, transfer: Transfer) -> Validators | None:
    etag = transfer.resumable_etag()
    offset = transfer.part.stat().st_size if etag else 0
    with _request(session, transfer, offset=offset, etag=etag) as response:
        if response.status_code == 304 and transfer.known:
            return None
        _check_answer(response, transfer, offset=offset, etag=etag)
        if response.status_code == 200:
            offset = 0
            transfer.start_over(response.headers.get("ETag", ""))
        _receive(response, transfer, offset)
        return Validators(response.headers.get("ETag"), response.headers.get("Last-Modified"))


def _request(
    session: requests.Session, transfer: Transfer, *, offset: int, etag: str | None
) -> requests.Response:
    known = transfer.known or Validators()
    headers = {
        # A body compressed for the transfer has another length and cannot be resumed.
        "Accept-Encoding": "identity",
        "Range": f"bytes={offset}-" if etag else None,
        "If-Range": etag,
        "If-None-Match": known.etag,
        "If-Modified-Since": known.last_modified,
    }
    timeouts = (transfer.policy.connect_timeout, transfer.policy.read_timeout)
    try:
        return session.get(transfer.url, headers=headers, stream=True, timeout=timeouts)
    except requests.exceptions.RequestException as error:
        # Not chained, because messages of requests have the whole URL with its secrets.
        raise _request_error(error, transfer) from None


def _request_error(error: requests.exceptions.RequestException, transfer: Transfer) -> GraftError:
    url, policy = redact(transfer.url), transfer.policy
    match error:
        case requests.exceptions.InvalidURL():
            return ParamsError(f"{url} is malformed, expected http://host/path")
        case requests.exceptions.InvalidSchema():
            return DataError(f"{url} redirects to another scheme, expected http or https")
        case requests.exceptions.TooManyRedirects():
            return DataError(f"{url} redirects without end: {error}")
        case requests.exceptions.ConnectTimeout():
            return UnreachableError(f"no connection within {policy.connect_timeout:g} s")
        case requests.exceptions.ReadTimeout():
            return UnreachableError(f"no answer within {policy.read_timeout:g} s")
        case _:
            return UnreachableError(reason(error, transfer.url))


def _check_answer(
    response: requests.Response, transfer: Transfer, *, offset: int, etag: str | None
) -> None:
    status = response.status_code
    answer = f"answered {status} {response.reason}"
    if status in _TEMPORARY_STATUSES or status >= 500:
        raise NetworkError(answer)
    if etag and status == 416:
        transfer.drop()
        raise NetworkError(f"{answer} to a resumed download")
    if etag and status == 206:
        _check_resumed(response, transfer, offset=offset, etag=etag)
    elif status != 200:
        raise DataError(f"{redact(transfer.url)} {answer}, expected 200")


def _check_resumed(
    response: requests.Response, transfer: Transfer, *, offset: int, etag: str
) -> None:
    content_range = response.headers.get("Content-Range", "")
    match = _CONTENT_RANGE.fullmatch(content_range)
    if not match or int(match[1]) != offset or response.headers.get("ETag", etag) != etag:
        transfer.drop()
        raise NetworkError(
            f"resumed with Content-Range {content_range!r} of another file or place, expected "
            f"bytes from {offset} of {etag}"
        )
    logger.info("%s: resumed at %.1f MiB", redact(transfer.url), offset / _MIB)


def _receive(response: requests.Response, transfer: Transfer, offset: int) -> None:
    length = response.headers.get("Content-Length", "")
    total = offset + int(length) if length.isdecimal() else None
    label = redact(transfer.url)
    progress = ByteProgress(label, offset=offset, total=total, quiet=transfer.quiet)
    try:
        with transfer.part.open("ab") as part:
            # read1 returns bytes as they arrive, so that a stalled download loses none. They are
            # not decoded: some servers send a .tar.gz with Content-Encoding: gzip.
            while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
                part.write(chunk)
                progress.add(len(chunk))
    except urllib3.exceptions.ReadTimeoutError:
        raise NetworkError(
            f"nothing came for {transfer.policy.read_timeout:g} s after {progress}"
        ) from None
    except urllib3.exceptions.HTTPError as error:
        raise NetworkError(f"broke off after {progress}: {type(error).__name__}") from None
    if total is not None and progress.done != total:
        raise NetworkError(f"broke off after {progress}")
    progress.finish()
