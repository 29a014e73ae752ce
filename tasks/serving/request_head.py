"""Bounds of a request's head, which comes before the application has a say.

uvicorn itself waits for a head as long as the client likes, and takes one of any size.
"""

import asyncio
import json
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class BoundedHeadProtocol(HttpToolsProtocol):
    """Protocol of a connection that is closed if a head takes too long or is too large.

    The time runs from the connection's start, and later from the first byte after an answer, so it
    also bounds what is left of a body that was answered early. Idle connections are closed by
    uvicorn. A client that has sent a part of a head is told why.
    """

    #: Seconds that a head may take.
    seconds = 10.0
    #: The most bytes of a head, beside those that come together with its first one.
    most_bytes = 2**16

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._heads = 0
        self._in_head = self._in_body = False
        self._received = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head."""
        # The annotation is uvicorn's own.
        super().connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        """Parse data, and bound what belongs to a head that is not complete."""
        heads, in_body = self._heads, self._in_body
        super().data_received(data)
        if self.transport.is_closing():
            return
        if heads == self._heads and not in_body and (self._in_head or self._answered):
            self._received += len(data)
        if self._received > self.most_bytes:
            self._refuse(431, f"the head has more than {self.most_bytes:,} bytes")
        elif self._answered and self._timer is None:
            self._start_timer()

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        self._heads += 1
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that a head is complete."""
        self._in_head, self._in_body = False, True
        self._received = 0
        self._stop_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that a body is complete."""
        self._in_body = False
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_timer()
        super().connection_lost(exc)

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self.seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._refuse(408, f"the head took more than {self.seconds:g} s")

    @property
    def _answered(self) -> bool:
        """True if no request waits for its answer."""
        return self.cycle is None or self.cycle.response_complete

    def _refuse(self, status: int, message: str) -> None:
        self._stop_timer()
        # Elsewhere a word of ours would be a part of another answer.
        if self._in_head and self._answered:
            body = json.dumps({"error": message})
            lines = [
                f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
                "content-type: application/json",
                f"content-length: {len(body)}",
                "connection: close",
            ]
            self.transport.write("\r\n".join([*lines, "", body]).encode("ascii"))
        self.transport.close()
