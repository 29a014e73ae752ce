"""Explanation of the errors of requests: which of them are worth another attempt."""

import os
import ssl
from collections.abc import Iterator

import requests

from tasks.download.transfer import Transfer, UnreachableError
from tasks.errors import DataError, GraftError, ParamsError, SetupError
from tasks.storage.shown import shown

# In the order in which requests asks for them.
_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_MOST_CAUSES = 20


def request_error(error: Exception, transfer: Transfer) -> GraftError:
    """Return Graft's error for one that was raised before the answer came.

    Args:
        error: of requests or of what it is built on.
        transfer: has the URL, and the secrets that no message may have.
    """
    return (
        _certificate_error(error, transfer)
        or _lasting_error(error, transfer)
        or _passing_error(error, transfer)
    )


def _certificate_error(error: Exception, transfer: Transfer) -> SetupError | None:
    """Return the error if the server's certificate or this machine's authorities are at fault."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return SetupError(
                f"{transfer.shown_url}: the server's certificate is not accepted: "
                f"{shown(cause.verify_message)}; expected one of an authority that this machine "
                "knows or that the file REQUESTS_CA_BUNDLE has"
            )
        if isinstance(cause, ssl.SSLError) and cause.library in {"X509", "PEM"}:
            return _authorities_error(error, transfer)
    return None


def _lasting_error(error: Exception, transfer: Transfer) -> GraftError | None:
    """Return the error if another attempt would not help."""
    url = transfer.shown_url
    match error:
        case requests.exceptions.InvalidProxyURL():
            return SetupError(
                f"{url}: the proxy in the environment has a malformed URL, expected "
                "http://host:port in HTTP_PROXY, HTTPS_PROXY or ALL_PROXY"
            )
        case requests.exceptions.InvalidURL():
            return ParamsError(f"{url} is malformed, expected http://host/path")
        case requests.exceptions.InvalidSchema() if "SOCKS" in str(error):
            return SetupError(
                f"{url}: the environment names a SOCKS proxy, expected one of http or https; or "
                "name the host in NO_PROXY"
            )
        case requests.exceptions.InvalidSchema():
            return DataError(f"{url} redirects to another scheme, expected http or https")
        case requests.exceptions.TooManyRedirects():
            return DataError(f"{url} redirects without end: {error}")
        case requests.exceptions.RequestException():
            return None
        case ValueError():
            return DataError(f"{url} redirects to a malformed URL, expected http://host/path")
        case OSError():
            return _authorities_error(error, transfer)
    return None


def _passing_error(error: Exception, transfer: Transfer) -> UnreachableError:
    policy = transfer.policy
    match error:
        case requests.exceptions.ConnectTimeout():
            return UnreachableError(f"no connection within {policy.connect_timeout:g} s")
        case requests.exceptions.ReadTimeout():
            return UnreachableError(f"no answer within {policy.read_timeout:g} s")
        case requests.exceptions.RequestException():
            return UnreachableError(transfer.reason(error))
    return UnreachableError(f"malformed answer: {transfer.reason(error)}")


def _authorities_error(error: Exception, transfer: Transfer) -> SetupError:
    """Return the error for a file of authorities that requests cannot read."""
    for name in _CA_VARIABLES:
        if path := os.environ.get(name):
            return SetupError(
                f"{transfer.shown_url}: {name} is {shown(path)!r}, expected a file of certificates "
                "of authorities (PEM); mend it or unset it"
            )
    return SetupError(f"{transfer.shown_url}: {transfer.reason(error)}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those that it was made from."""
    waiting, seen = [error], 0
    while waiting and seen < _MOST_CAUSES:
        cause = waiting.pop()
        seen += 1
        yield cause
        others = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        waiting += [other for other in others if isinstance(other, BaseException)]
