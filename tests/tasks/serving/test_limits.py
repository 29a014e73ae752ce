import asyncio
from collections.abc import AsyncIterator

import pytest

from tasks.serving.errors import BusyError, RequestError
from tasks.serving.limits import BodyReader, Limits, Room

LIMITS = Limits(body=10, bodies=15, body_seconds=30)


class Parts:
    """Parts of a body, of which those that were taken are counted."""

    def __init__(self, *parts: bytes, then: float = 0) -> None:
        self._parts = parts
        self._then = then
        self.taken = 0

    async def stream(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            self.taken += 1
            yield part
        await asyncio.sleep(self._then)


def read(room: Room, parts: Parts, length: str | None = None) -> bytes:
    return asyncio.run(room.read(parts.stream(), length))


def test_a_body_within_the_limits() -> None:
    with BodyReader(LIMITS).room() as room:
        assert read(room, Parts(b"01234", b"56789"), "10") == b"0123456789"


@pytest.mark.parametrize("length", [None, "11"])
def test_a_large_body_is_refused_and_read_to_its_end(length: str | None) -> None:
    parts = Parts(b"012345", b"6789a", b"bcd")
    with BodyReader(LIMITS).room() as room, pytest.raises(RequestError) as error:
        read(room, parts, length)
    assert str(error.value) == "the body has more than 10 bytes, the most of a request"
    assert error.value.status == 413
    # Or its sender, who is still sending, would not read the answer.
    assert parts.taken == 3


def test_bodies_together_have_a_limit_until_they_are_done() -> None:
    reader = BodyReader(LIMITS)
    with reader.room() as first, reader.room() as second:
        read(first, Parts(b"0123456789"))
        with pytest.raises(BusyError, match="10 bytes of requests are being worked on, expected"):
            read(second, Parts(b"012345"))
    with reader.room() as third:
        assert read(third, Parts(b"0123456789")) == b"0123456789"


def test_a_body_that_takes_too_long() -> None:
    slow = BodyReader(Limits(body_seconds=0.01))
    with slow.room() as room, pytest.raises(RequestError) as error:
        read(room, Parts(b"0", then=30))
    assert str(error.value) == "the body took more than 0.01 s"
    assert error.value.status == 408
