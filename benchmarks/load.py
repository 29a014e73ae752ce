"""Load on an HTTP server: clients that each wait for an answer before they ask again."""

import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

_PART = 2**16


@dataclass
class Load:
    """Outcome of a load.

    Attributes:
        seconds: of the answered requests.
        statuses: how often each status was answered.
        answers: how often each body was answered, if they were kept.
        lost: requests that were sent and not answered.
        took: seconds from the first request to the last answer.
    """

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    answers: Counter[bytes] = field(default_factory=Counter)
    lost: int = 0
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Answered requests per second."""
        return len(self.seconds) / self.took

    def quantile(self, percent: int) -> float:
        """Return the time within which so many percent of the requests were answered."""
        return statistics.quantiles(self.seconds, n=100, method="inclusive")[percent - 1]

    def add(self, other: "Load") -> None:
        """Add what another client saw."""
        self.seconds += other.seconds
        self.statuses += other.statuses
        self.answers += other.answers
        self.lost += other.lost


@dataclass(frozen=True)
class Target:
    """Requests to send.

    Attributes:
        host: of the server.
        port: likewise.
        path: that is asked.
        bodies: of the requests, which clients send in turns.
    """

    host: str
    port: int
    path: str
    bodies: Sequence[bytes]

    def request(self, number: int) -> bytes:
        """Return the bytes of a request."""
        body = self.bodies[number % len(self.bodies)]
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode("ascii") + body


def put_load(
    target: Target, clients: int, *, stop: threading.Event, seconds: float, keep: bool = False
) -> Load:
    """Return what clients saw until a time is over, ``stop`` is set or the server is gone.

    Args:
        target: what to send.
        clients: how many send at once.
        stop: ends the load.
        seconds: the longest time.
        keep: if True, bodies of answers are counted.
    """
    requests = [target.request(number) for number in range(len(target.bodies))]
    seen = [Load() for _ in range(clients)]
    started = time.monotonic()
    deadline = started + seconds

    def ends() -> bool:
        return stop.is_set() or time.monotonic() >= deadline

    def work(number: int) -> None:
        client = _Client(target, seen[number], keep=keep)
        place = number
        while not ends() and client.ask(requests[place % len(requests)]):
            place += clients
        client.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Load(took=time.monotonic() - started)
    for one in seen:
        whole.add(one)
    return whole


class _Client:
    """A connection that is kept until the server closes it."""

    def __init__(self, target: Target, seen: Load, *, keep: bool) -> None:
        self._address = (target.host, target.port)
        self._seen = seen
        self._keep = keep
        self._connection: socket.socket | None = None

    def ask(self, request: bytes) -> bool:
        """Send a request and read the answer; return False if the server is gone."""
        started = time.monotonic()
        if self._connection is None:
            try:
                self._connection = socket.create_connection(self._address, timeout=120)
            except ConnectionError:
                return False
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._connection.sendall(request)
            head, body = _answer(self._connection)
        except (OSError, ValueError):
            self._seen.lost += 1
            self.close()
            return True
        self._seen.seconds.append(time.monotonic() - started)
        self._seen.statuses[int(head.split(b" ", 2)[1])] += 1
        if self._keep:
            self._seen.answers[body] += 1
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return True

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Return head and body of an answer.

    Raises:
        ValueError: the connection ended before its end.
    """
    received = b""
    while b"\r\n\r\n" not in received:
        received += _receive(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    parts = [body]
    while (length := length - len(parts[-1])) > 0:
        parts.append(_receive(connection))
    return head, b"".join(parts)


def _receive(connection: socket.socket) -> bytes:
    part = connection.recv(_PART)
    if not part:
        raise ValueError("the server closed the connection before the answer's end")
    return part
