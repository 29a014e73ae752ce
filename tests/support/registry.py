"""Versions and histories of a registry, without the runs."""

from collections.abc import Sequence
from typing import Any

from tasks.registry.event import Event
from tasks.registry.history import change_registry
from tasks.registry.score import Score
from tasks.registry.state import Registry
from tasks.registry.version import Version
from tasks.storage.paths import Home

NAME = "flowers"


def version(number: int, **changes: Any) -> Version:
    """Return a version with values of its own."""
    fields: dict[str, Any] = {
        "number": number,
        "run_id": f"run {number}",
        "model": f"{number:016x}",
        "network": "inception_v1",
        "dataset": "da7a",
        "validation": Score(200 + number, 350),
        "trained_at": "2026-11-25T10:00:00+00:00",
    }
    return Version(**{**fields, **changes})


def registered(number: int, **changes: Any) -> Event:
    """Return the event of a version's registration."""
    made = version(number, **changes)
    return Event(kind="registered", number=number, who="a run", why="trained", version=made)


def promoted(number: int, **changes: Any) -> Event:
    """Return the event of a version's promotion."""
    return Event(**{"kind": "promoted", "number": number, "who": "ann", "why": "x", **changes})


def rolled_back(number: int) -> Event:
    """Return the event of a roll-back of a version."""
    return Event(kind="rolled back", number=number, who="ann", why="it is slow")


def write_registry(home: Home, events: Sequence[Event], name: str = NAME) -> Registry:
    """Add events to a home's registry."""
    return change_registry(home, name, lambda _: events)
