"""Places that a test knows to be on this machine."""

from pathlib import Path

from tasks.storage.locations import Location


def local(place: Location) -> Path:
    """Return a place as the path that it is."""
    assert isinstance(place, Path), place
    return place
