"""Versions of a registry as rows, for the command line and the page."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tasks.evaluation.interval import wilson_interval
from tasks.registry.event import Event
from tasks.registry.files import has_files
from tasks.registry.history import read_registry
from tasks.registry.version import Version
from tasks.storage.paths import Home
from tasks.storage.shown import shown

_LINE = "{:>7}  {:<9} {:>7} {:>14} {:>8} {:>7} {:>14}  {:<16}  {:<20}  {}"


@dataclass(frozen=True)
class VersionRow:
    """A version, its names, and what last happened to it.

    Attributes:
        version: the version.
        aliases: ``champion`` or ``previous``, where it is one.
        events: what happened to it, the oldest first; the first one is its registration.
        has_files: whether its model and its export are there.
    """

    version: Version
    aliases: tuple[str, ...]
    events: tuple[Event, ...]
    has_files: bool

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON types."""
        version, score = self.version, self.version.validation
        return {
            **asdict(version),
            "aliases": list(self.aliases),
            "accuracy": score.top1,
            "accuracy_interval": list(wilson_interval(score.top1, score.count)),
            "events": [event.as_json() for event in self.events],
            "has_files": self.has_files,
        }

    @property
    def status(self) -> str:
        """Last event of the version, its author and the reason, in one visible line."""
        gone = "" if self.has_files else "files are gone; "
        last = self.events[-1]
        return f"{gone}{last.kind} by {shown(last.who)}: {shown(last.why)}"


def version_rows(home: Home, name: str) -> Sequence[VersionRow]:
    """Return a row for every version, the newest first.

    Raises:
        DataError: the registry is damaged.
        ParamsError: ``name`` is not one of a registry.
    """
    registry = read_registry(home, name)
    return [
        VersionRow(
            version=registry.versions[number],
            aliases=tuple(registry.aliases_of(number)),
            events=tuple(event for event in registry.events if event.number == number),
            has_files=has_files(home, registry.versions[number]),
        )
        for number in sorted(registry.versions, reverse=True)
    ]


def version_lines(rows: Sequence[VersionRow]) -> Iterator[str]:
    """Yield a table of versions as lines."""
    yield _LINE.format(
        "version",
        "alias",
        "top-1",
        "95 %",
        "records",
        "test",
        "95 %",
        "network",
        "trained",
        "run, last decision",
    )
    for row in rows:
        version = row.version
        yield _LINE.format(
            version.number,
            ", ".join(row.aliases),
            f"{version.validation.top1:.4f}",
            version.validation.interval,
            f"{version.validation.count:,}",
            f"{version.test.top1:.4f}" if version.test else "",
            version.test.interval if version.test else "",
            version.network,
            version.trained_at[:19],
            f"{shown(version.run_id)}; {row.status}",
        )
