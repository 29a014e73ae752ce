"""The first pass over a source: every picture read, checked and, where need be, converted."""

import hashlib
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from tasks.datasets.entry import Entry, Found, Loaded, PassedOver, Source
from tasks.datasets.index import Index, Row
from tasks.datasets.names import stored
from tasks.datasets.picture import Picture, prepare
from tasks.datasets.progress import PictureProgress
from tasks.datasets.spill import Spill
from tasks.datasets.split import unit_of
from tasks.errors import PictureError
from tasks.storage.parallel import in_parallel

Load = Callable[[Entry], Loaded]

_BATCH = 16
_BATCH_BYTES = 8 * 2**20
_MOST_BYTES = 256 * 2**20
MOST_TEXTS = 3


@dataclass
class Reading:
    """Result of the first pass.

    Attributes:
        pictures: how many there are, those left out included.
        bad: how many cannot be used.
        passed_over: how many files are no pictures and not named as such.
        converted: how many are stored anew.
        standard: how many are in records that can stay as they are.
        remarks: how many pictures each remark is on.
        classes: every class found, in the order of ``Row.source_label``.
    """

    pictures: int = 0
    bad: int = 0
    passed_over: int = 0
    converted: int = 0
    standard: int = 0
    remarks: Counter[str] = field(default_factory=Counter)
    classes: list[Found] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Looked:
    """A picture after a worker had it.

    Attributes:
        where: what messages call it.
        problem: why it cannot be used; nothing if it can.
        row: its row, but for the number of its class; None if it is left out.
        found: its class.
        remarks: on it.
        kept: whether its bytes are as they came.
        standard: whether it is in a record that can stay as it is.
    """

    where: str
    problem: str = ""
    row: Row | None = None
    found: Found | None = None
    remarks: tuple[str, ...] = ()
    kept: bool = False
    standard: bool = False


def read_all(source: Source, index: Index, spill: Spill, max_side: int | None = None) -> Reading:
    """Look at every picture of a source and put it into the index.

    Args:
        source: where they come from.
        index: an empty one.
        spill: gets the JPEGs that cannot be read from the source again.
        max_side: longer pictures are scaled down to it, in pixels.

    Raises:
        DataError: the source is not as expected. One picture that cannot be used is no error here.
    """
    reading = Reading()
    numbers: dict[str | int, int] = {}
    progress = PictureProgress("read", source.total)

    def work(batch: list[Entry]) -> list[Looked]:
        return [look(source.load, entry, spill.add, max_side) for entry in batch]

    with warnings.catch_warnings():
        # Pillow warns of odd EXIF and the like; what matters is an error of ours.
        warnings.filterwarnings("ignore", module="PIL")
        for looked in in_parallel(work, _batches(source.entries()), _weight, _MOST_BYTES):
            rows = [_counted(each, reading, numbers) for each in looked]
            problems = [(each.where, each.problem) for each in looked if each.problem]
            index.add([row for row in rows if row], problems)
            progress.add(len(looked))
    progress.finish()
    return reading


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == _BATCH or _weight(batch) >= _BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _weight(batch: list[Entry]) -> int:
    return sum(len(entry.data) for entry in batch if entry.data)


def look(
    load: Load, entry: Entry, put_aside: Callable[[bytes], int], max_side: int | None = None
) -> Looked:
    """Return what is found of a picture once it was read and checked.

    Args:
        load: returns its content; see ``Source.load``.
        entry: the picture.
        put_aside: keeps a JPEG that cannot be read from the source again, and returns where.
        max_side: a longer picture is scaled down to it, in pixels.
    """
    try:
        loaded = load(entry)
        picture = prepare(loaded.data, max_side)
    except PassedOver:
        return Looked(entry.where)
    except PictureError as error:
        return Looked(entry.where, problem=str(error))
    return Looked(
        entry.where,
        row=_row(entry, loaded, picture, put_aside),
        found=Found(loaded.label, entry.where, (loaded.text,)),
        remarks=picture.remarks,
        kept=picture.kept,
        standard=loaded.standard and picture.kept,
    )


def _row(entry: Entry, loaded: Loaded, picture: Picture, put_aside: Callable[[bytes], int]) -> Row:
    # Only what a worker has at hand is in memory: the row says where its JPEG can be read again.
    again = entry.place if picture.kept else None
    digest = hashlib.sha256(loaded.data).digest()
    return Row(
        name=stored(loaded.name),
        source_label=-1,
        split=entry.split,
        unit=unit_of(digest, entry.group),
        sha256=digest,
        width=picture.width,
        height=picture.height,
        size=len(picture.data),
        place=None if again is None else again.encode("utf-8", "surrogateescape"),
        spilled=put_aside(picture.data) if again is None else None,
    )


def _counted(looked: Looked, reading: Reading, numbers: dict[str | int, int]) -> Row | None:
    """Count a picture and return its row; None if it is left out."""
    if looked.row is None or looked.found is None:
        reading.pictures += bool(looked.problem)
        reading.bad += bool(looked.problem)
        reading.passed_over += not looked.problem
        return None
    reading.pictures += 1
    reading.converted += not looked.kept
    reading.standard += looked.standard
    reading.remarks.update(looked.remarks)
    number = numbers.setdefault(looked.found.label, len(numbers))
    _note_class(reading.classes, number, looked.found)
    return replace(looked.row, source_label=number)


def _note_class(classes: list[Found], number: int, found: Found) -> None:
    if number == len(classes):
        classes.append(found)
        return
    known = classes[number]
    new = tuple(text for text in found.texts if text not in known.texts)
    if new and len(known.texts) < MOST_TEXTS:
        classes[number] = Found(known.label, known.where, known.texts + new)
