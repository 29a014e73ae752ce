"""Guard against forged requests: another site's page that has a user's browser ask for changes.

The browser would add the session's cookie, so a change needs more: a token that only a page of ours
has, and a browser that says the request comes from our own origin.
"""

import hashlib
import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from graft_airflow.access import session_of

if TYPE_CHECKING:
    from fastapi import Request

_PURPOSE = b"graft: change the registry"
_FORBIDDEN = 403


def form_token(request: "Request") -> str:
    """Return the token for the forms of a page; empty where no cookie authenticates the request.

    It is a keyed digest of the session: it ends with the session, and nobody can make it who does
    not know the cookie, which scripts cannot read.
    """
    session = session_of(request)
    return hmac.new(session.encode(), _PURPOSE, hashlib.sha256).hexdigest() if session else ""


def refuse_forged(request: "Request", token: str) -> None:
    """Raise a 403 unless a request comes from a page of ours, or from a program with a token.

    Args:
        request: the request.
        token: what its form has.
    """
    from fastapi import HTTPException

    if not _is_own_origin(request):
        raise HTTPException(_FORBIDDEN, "the request comes from another site")
    expected = form_token(request)
    if expected and not hmac.compare_digest(expected.encode(), token.encode()):
        raise HTTPException(
            _FORBIDDEN, "the page is of another session: go back, reload it and try again"
        )


def _is_own_origin(request: "Request") -> bool:
    """Return what the browser says of the page that asked; True if it says nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc in _own_hosts(request)


def _own_hosts(request: Any) -> set[str]:
    """Return the hosts under which users know this server."""
    from airflow.configuration import conf

    # Behind a proxy that sends another host on, Airflow's setting has the users' one.
    base = urlsplit(str(conf.get("api", "base_url", fallback="") or "")).netloc
    return {host for host in (request.headers.get("Host"), base) if host}
