"""Counts and times of a server in Prometheus's text format.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

Labels = tuple[tuple[str, str], ...]

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ROWS = (1, 2, 4, 8, 16, 32, 64)


def labels(**values: str | int) -> Labels:
    """Return labels of a sample."""
    return tuple((name, str(value)) for name, value in values.items())


class Family:
    """Samples of one name that differ in their labels: a counter.

    Args:
        name: of the metric.
        text: its meaning.
        kind: ``counter`` or ``gauge``.
    """

    def __init__(self, name: str, text: str, kind: str = "counter") -> None:
        self.name = name
        self._head = f"# HELP {name} {text}\n# TYPE {name} {kind}\n"
        self._lock = threading.Lock()
        self._values: dict[Labels, float] = defaultdict(float)

    def add(self, amount: float = 1, **values: str | int) -> None:
        """Add to the sample with these labels."""
        with self._lock:
            self._values[labels(**values)] += amount

    def value(self, **values: str | int) -> float:
        """Return the sample with these labels."""
        with self._lock:
            return self._values[labels(**values)]

    def lines(self) -> Iterator[str]:
        """Yield the lines of the text format."""
        with self._lock:
            values = dict(self._values)
        yield self._head
        for names, value in sorted(values.items()):
            yield f"{self.name}{_braces(names)} {value:g}\n"


class Gauge:
    """A value that is read when it is asked for.

    Args:
        name: of the metric.
        text: its meaning.
        read: returns the values by their labels.
    """

    def __init__(self, name: str, text: str, read: Callable[[], Mapping[Labels, float]]) -> None:
        self._name = name
        self._head = f"# HELP {name} {text}\n# TYPE {name} gauge\n"
        self._read = read

    def lines(self) -> Iterator[str]:
        """Yield the lines of the text format."""
        yield self._head
        for names, value in self._read().items():
            yield f"{self._name}{_braces(names)} {value:g}\n"


class Histogram:
    """Counts of values below each of some bounds.

    Args:
        name: of the metric.
        text: its meaning.
        bounds: in ascending order.
    """

    def __init__(self, name: str, text: str, bounds: tuple[float, ...]) -> None:
        self._name = name
        self._head = f"# HELP {name} {text}\n# TYPE {name} histogram\n"
        self._bounds = bounds
        self._lock = threading.Lock()
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        place = next((i for i, b in enumerate(self._bounds) if value <= b), len(self._bounds))
        with self._lock:
            self._counts[place] += 1
            self._sum += value

    def lines(self) -> Iterator[str]:
        """Yield the lines of the text format."""
        with self._lock:
            counts, total = list(self._counts), self._sum
        yield self._head
        below = 0
        for bound, count in zip((*map(str, self._bounds), "+Inf"), counts, strict=True):
            below += count
            yield f'{self._name}_bucket{{le="{bound}"}} {below}\n'
        yield f"{self._name}_sum {total:g}\n{self._name}_count {below}\n"


@dataclass(frozen=True)
class Metrics:
    """All metrics of a server, of which it adds gauges when it starts."""

    requests: Family = field(
        default_factory=lambda: Family(
            "graft_requests_total", "Requests by the kind of their path and the answer's status."
        )
    )
    pictures: Family = field(
        default_factory=lambda: Family(
            "graft_pictures_total", "Pictures by their result: ok or refused."
        )
    )
    loads: Family = field(
        default_factory=lambda: Family(
            "graft_model_loads_total", "Models by what became of loading them: ok or failed."
        )
    )
    seconds: Histogram = field(
        default_factory=lambda: Histogram(
            "graft_predict_seconds", "Time of a request for predictions.", _SECONDS
        )
    )
    batches: Histogram = field(
        default_factory=lambda: Histogram("graft_batch_rows", "Rows of a batch.", _ROWS)
    )
    gauges: list[Gauge] = field(default_factory=list)

    def text(self) -> str:
        """Return all metrics."""
        counted: list[Family | Histogram | Gauge] = [self.requests, self.pictures, self.loads]
        timed = [self.seconds, self.batches]
        return "".join(line for one in (*counted, *timed, *self.gauges) for line in one.lines())


def _braces(names: Labels) -> str:
    if not names:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in names) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
