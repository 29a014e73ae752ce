"""Pictures as engines take them, converted as ``extract_dataset`` does it; their names beside."""

import pickle
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tasks.datasets.entry import Entry, PassedOver
from tasks.datasets.example import picture_example
from tasks.datasets.names import stored
from tasks.datasets.picture import prepare
from tasks.datasets.reading import Load
from tasks.errors import DataError


@dataclass(frozen=True)
class Passing:
    """Facts that accompany a picture through an engine.

    Attributes:
        name: of the picture; None for a file that is none and not named as one.
        error: why it has no features; empty if it has.
    """

    name: str | None
    error: str = ""


def pickled(beside: bytes) -> Passing:
    """Return what goes beside a picture."""
    found: Passing = pickle.loads(beside)  # noqa: S301 - our own, from the task before
    return found


def prepared_elements(
    entries: Iterable[tuple[Entry, Load]], max_side: int | None = None
) -> Iterator[bytes]:
    """Yield two elements for each picture: a pickled ``Passing``, and its record or nothing.

    Args:
        entries: pictures, each with what returns its content.
        max_side: in pixels; longer ones are scaled down to it.
    """
    with warnings.catch_warnings():
        # Pillow warns of odd EXIF and the like; what matters is an error of ours.
        warnings.filterwarnings("ignore", module="PIL")
        for entry, load in entries:
            passing, record = _prepared(entry, load, max_side)
            yield pickle.dumps(passing)
            yield record


def _prepared(entry: Entry, load: Load, max_side: int | None) -> tuple[Passing, bytes]:
    name = entry.name or entry.where
    try:
        loaded = load(entry)
        name = loaded.name or name
        picture = prepare(loaded.data, max_side)
    except PassedOver:
        return Passing(None), b""
    # A record that is none of an example is one picture that cannot be used, too.
    except DataError as error:
        return Passing(_text(name), str(error)), b""
    record = picture_example(
        picture.data, width=picture.width, height=picture.height, label=0, text=b"", name=b""
    )
    return Passing(_text(loaded.name or name)), record


def _text(name: str) -> str:
    return stored(name).decode("utf-8", "backslashreplace")
