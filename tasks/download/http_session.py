"""HTTP session that keeps credentials to their host and reads no body of a redirect."""

from typing import Any

import requests

from tasks.download.credentials import Credentials


class HttpSession(requests.Session):
    """Session for one source.

    Requests drops only ``Authorization`` when a redirect leads to another host; this session drops
    all headers of the credentials. It closes the connection of a redirect, whose body may be
    endless.

    Args:
        credentials: for the source's host.
    """

    def __init__(self, credentials: Credentials) -> None:
        super().__init__()
        self._secret_headers = credentials.http_headers
        self.hooks["response"].append(_close_redirect)

    def ask(
        self, url: str, headers: dict[str, str | None], timeouts: tuple[float, float]
    ) -> requests.Response:
        """Return the answer to a GET request, its body unread.

        Args:
            url: the source's.
            headers: those with the value None are left out.
            timeouts: for the connection and between bytes, in seconds.
        """
        return self.get(
            url,
            headers=headers,
            auth=self._authorize if self._secret_headers else None,
            stream=True,
            timeout=timeouts,
        )

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the credentials; given as ``auth``, they also go before those of ~/.netrc."""
        request.headers.update(self._secret_headers)
        return request

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        """Drop the credentials from a redirected request that goes to another host."""
        asked, next_url = str(response.request.url), str(prepared_request.url)
        if self.should_strip_auth(asked, next_url):  # type: ignore[no-untyped-call] # the stubs lack it
            for name in self._secret_headers:
                prepared_request.headers.pop(name, None)
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call] # the stubs lack it


def _close_redirect(response: requests.Response, *_: Any, **__: Any) -> None:
    if response.is_redirect:
        response.raw.close()
