"""Registers versions, one after the other, and prints how many when it ends."""

import sys
from pathlib import Path

from support.registry import NAME, promoted, registered
from tasks.registry.event import Event
from tasks.registry.history import change_registry
from tasks.registry.state import Registry
from tasks.storage.paths import Home


def add(registry: Registry) -> list[Event]:
    number = registry.next_number
    return [registered(number, model=f"{sys.argv[3]} {number}"), promoted(number)]


home = Home(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    change_registry(home, NAME, add)
