"""State of a registry: versions and aliases, as its events left them."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tasks.registry.event import Event
from tasks.registry.version import Version

CHAMPION = "champion"
PREVIOUS = "previous"


@dataclass(frozen=True)
class Registry:
    """Versions of a model, and which of them is the champion.

    Attributes:
        events: all, the oldest first.
    """

    events: tuple[Event, ...]

    @functools.cached_property
    def versions(self) -> Mapping[int, Version]:
        """The versions by number; a version that was registered again is as it was last."""
        return {event.number: event.version for event in self.events if event.version}

    @functools.cached_property
    def champions(self) -> tuple[Event, ...]:
        """The promotions that hold, the champion's last; a roll-back takes the last away."""
        standing: list[Event] = []
        for event in self.events:
            if event.kind == "promoted":
                standing.append(event)
            elif event.kind == "rolled back" and standing:
                standing.pop()
        return tuple(standing)

    @property
    def champion(self) -> Version | None:
        """The version in use; None if none was promoted."""
        return self._champion(1)

    @property
    def previous(self) -> Version | None:
        """The version that a roll-back makes the champion; None if there is none."""
        return self._champion(2)

    def aliases(self) -> dict[str, int]:
        """Return the numbers of the versions that have a name."""
        found = {CHAMPION: self.champion, PREVIOUS: self.previous}
        return {alias: version.number for alias, version in found.items() if version}

    def aliases_of(self, number: int) -> Iterator[str]:
        """Yield the names of a version."""
        yield from (alias for alias, version in self.aliases().items() if version == number)

    def version_of_model(self, model: str) -> Version | None:
        """Return the version of a model, given by its digest; None if it is not registered."""
        found = (version for version in self.versions.values() if version.model == model)
        return next(found, None)

    @property
    def next_number(self) -> int:
        """The number of the next version."""
        return max(self.versions, default=0) + 1

    def last_event(self, number: int) -> Event | None:
        """Return what last happened to a version after its registration; None if nothing did."""
        found = (e for e in reversed(self.events) if e.number == number and e.kind != "registered")
        return next(found, None)

    def _champion(self, place: int) -> Version | None:
        if len(self.champions) < place:
            return None
        return self.versions[self.champions[-place].number]
