"""Downloads over http(s), with retries; a broken download is resumed."""

import logging
import re
from functools import partial

import requests
import tenacity
import urllib3

from tasks.download.http_errors import request_error
from tasks.download.http_session import HttpSession
from tasks.download.receive import receive, resumed_at
from tasks.download.transfer import Transfer, Validators
from tasks.errors import DataError, NetworkError
from tasks.storage.shown import shown

logger = logging.getLogger(__name__)

_MIB = 2**20
_TEMPORARY_STATUSES = {408, 429}
_LOGIN_STATUSES = {401, 403, 407}
# RFC 9110, section 8.8.3; a longer one is no use.
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]{0,256}"')
_DATE = re.compile(r"[A-Za-z0-9,:+ -]{1,64}")


def fetch_http(transfer: Transfer) -> Validators | None:
    """Complete ``part``, or return None if the file is still the known version.

    Raises:
        ParamsError: the URL is malformed.
        DataError: the source has no such file, or a larger one than allowed.
        NetworkError: the source did not answer as it should in all attempts.
        SetupError: the server's certificate is not accepted, or the environment names a proxy or
            authorities that cannot be used.
    """
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
        with HttpSession(transfer.credentials) as session:
            return retrying(_attempt, session, transfer)
    except NetworkError as error:
        raise type(error)(
            f"{transfer.shown_url}: {error}; attempts made: {policy.attempts}"
        ) from None


def _log_retry(transfer: Transfer, state: tenacity.RetryCallState) -> None:
    logger.warning(
        "%s: %s; attempt %d of %d, the next in %.1f s",
        transfer.shown_url,
        state.outcome.exception() if state.outcome else None,
        state.attempt_number,
        transfer.policy.attempts,
        state.upcoming_sleep,
    )


def _attempt(session: HttpSession, transfer: Transfer) -> Validators | None:
    etag = transfer.resumable_etag()
    offset = transfer.part.stat().st_size if etag else 0
    with _request(session, transfer, offset=offset, etag=etag) as response:
        if response.status_code == 304 and transfer.known:
            return None
        _check_answer(response, transfer, offset=offset, etag=etag)
        validators = _validators(response)
        if response.status_code == 200:
            offset = 0
            transfer.start_over(validators.etag or "")
        if receive(response, transfer, offset):
            return validators
        logger.log(
            logging.DEBUG if transfer.quiet else logging.WARNING,
            "%s: the server does not say how long the file is, so it may not be whole; the next "
            "run downloads it again",
            transfer.shown_url,
        )
        return Validators()


def _request(
    session: HttpSession, transfer: Transfer, *, offset: int, etag: str | None
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
        return session.ask(transfer.url, headers, timeouts)
    # Requests lets some errors of urllib3 and of Python's own modules through.
    except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
        # Not chained, because messages of requests have the whole URL with its secrets.
        raise request_error(error, transfer) from None


def _validators(response: requests.Response) -> Validators:
    """Return the validators that can be sent back; what a server makes up is left out."""
    etag = response.headers.get("ETag", "")
    last_modified = response.headers.get("Last-Modified", "")
    return Validators(
        etag if _ETAG.fullmatch(etag) else None,
        last_modified if _DATE.fullmatch(last_modified) else None,
    )


def _check_answer(
    response: requests.Response, transfer: Transfer, *, offset: int, etag: str | None
) -> None:
    status = response.status_code
    answer = f"answered {status} {shown(response.reason or '')}".rstrip()
    if status in _TEMPORARY_STATUSES or status >= 500:
        raise NetworkError(answer)
    if etag and status == 416:
        transfer.drop()
        raise NetworkError(f"{answer} to a resumed download")
    if etag and status == 206:
        _check_resumed(response, transfer, offset=offset, etag=etag)
    elif status != 200:
        login = status in _LOGIN_STATUSES
        hint = "; does it need a login (dataset_conn_id, checkpoint_conn_id)?" if login else ""
        raise DataError(f"{transfer.shown_url} {answer}, expected 200{hint}")


def _check_resumed(
    response: requests.Response, transfer: Transfer, *, offset: int, etag: str
) -> None:
    content_range = response.headers.get("Content-Range", "")
    if resumed_at(content_range) != offset or response.headers.get("ETag", etag) != etag:
        transfer.drop()
        raise NetworkError(
            f"resumed with Content-Range {shown(content_range)!r} of another file or place, "
            f"expected bytes from {offset} of {shown(etag)}"
        )
    logger.info("%s: resumed at %.1f MiB", transfer.shown_url, offset / _MIB)
