"""Bounds of a server's work, so that no client can take all of the machine."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tasks.serving.errors import BusyError, RequestError

_MIB = 2**20
# What is read and thrown away of a body that is too large, so that its sender reads the answer.
_DRAINED_BYTES = 256 * _MIB
_DRAIN_SECONDS = 2.0


@dataclass(frozen=True)
class Limits:
    """Bounds of requests.

    Attributes:
        body: the most bytes of a request's body.
        bodies: the most bytes of all bodies that are being worked on.
        pictures: the most pictures of a request.
        pixels: the most pixels of a picture.
        waiting: the most pictures that wait for the model.
        seconds: how long a request may take, its body included.
        body_seconds: how long its body may take.
    """

    body: int = 32 * _MIB
    bodies: int = 256 * _MIB
    pictures: int = 64
    pixels: int = 50_000_000
    waiting: int = 512
    seconds: float = 60.0
    body_seconds: float = 30.0


class BodyReader:
    """Reads bodies within the limits.

    Args:
        limits: of a body, and of all together.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bytes = 0

    @contextmanager
    def room(self) -> Iterator["Room"]:
        """Yield room for a body, which is free again at the end."""
        room = Room(self)
        try:
            yield room
        finally:
            self._bytes -= room.taken

    def take(self, count: int) -> None:
        """Take room for some bytes.

        Raises:
            BusyError: there is none.
        """
        if self._bytes + count > max(self._limits.bodies, self._limits.body):
            raise BusyError(
                f"{self._bytes:,} bytes of requests are being worked on, expected at most "
                f"{self._limits.bodies:,}; try again"
            )
        self._bytes += count

    @property
    def limits(self) -> Limits:
        """The limits."""
        return self._limits


class Room:
    """Room for one body.

    Attributes:
        taken: bytes of it.

    Args:
        reader: that it belongs to.
    """

    def __init__(self, reader: BodyReader) -> None:
        self._reader = reader
        self.taken = 0

    async def read(self, stream: AsyncIterator[bytes], length: str | None) -> bytes:
        """Return a body.

        Args:
            stream: of its parts.
            length: the header ``Content-Length``.

        Raises:
            RequestError: it is too large or takes too long, or there is no room for it.
        """
        limits = self._reader.limits
        try:
            async with asyncio.timeout(limits.body_seconds):
                if length and int(length) > limits.body:
                    raise _too_large(limits)
                return await self._read(stream)
        except TimeoutError:
            raise RequestError(f"the body took more than {limits.body_seconds:g} s", 408) from None
        except RequestError:
            await _drain(stream)
            raise

    async def _read(self, stream: AsyncIterator[bytes]) -> bytes:
        parts = []
        async for part in stream:
            if self.taken + len(part) > self._reader.limits.body:
                raise _too_large(self._reader.limits)
            self._reader.take(len(part))
            self.taken += len(part)
            parts.append(part)
        return b"".join(parts)


def _too_large(limits: Limits) -> RequestError:
    return RequestError(f"the body has more than {limits.body:,} bytes, the most of a request", 413)


async def _drain(stream: AsyncIterator[bytes]) -> None:
    read = 0
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            async for part in stream:
                read += len(part)
                if read > _DRAINED_BYTES:
                    return
    except TimeoutError:
        return
