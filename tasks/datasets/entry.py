"""What passes between a source of pictures and what makes records of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tasks.errors import GraftError


class PassedOver(GraftError):  # noqa: N818 - nothing is wrong with it
    """A file among the pictures that is none and is not named as one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture of a source, not looked at yet.

    Attributes:
        where: what messages call it.
        name: what its record calls it, ``image/filename``; empty where the source has no name.
        label: its class as the source names or numbers it; None where only its content tells.
        split: the split it is in; None where the source has none.
        group: the name of what it shows with others.
        place: where its bytes can be read again; None where they cannot.
        data: its bytes, or those of its record, if they are at hand.
    """

    where: str
    name: str
    label: str | int | None = None
    split: str | None = None
    group: str | None = None
    place: str | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """The content of an entry.

    Attributes:
        data: the picture's bytes.
        label: its class as the source names or numbers it.
        name: what its record calls it.
        text: the name of the class, where a record has it beside a number.
        standard: whether the source is a record that can stay as it is.
    """

    data: bytes
    label: str | int
    name: str
    text: str = ""
    standard: bool = False


@dataclass(frozen=True)
class Found:
    """A class as it was found in the source.

    Attributes:
        label: its name or number there.
        where: the first picture of it, for messages.
        texts: its names, where records have them beside a number; one of them in a sound source.
    """

    label: str | int
    where: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Classes:
    """The classes of a data set.

    Attributes:
        names: in the order of the labels that records get.
        labels: the label that records get, by the one in the source.
        warnings: what looks odd.
    """

    names: tuple[str, ...]
    labels: Mapping[str | int, int]
    warnings: tuple[str, ...] = field(default=())


class Source(Protocol):
    """Pictures of one layout."""

    layout: str
    #: The splits that the source tells apart; one that it names may have no pictures.
    splits: frozenset[str]

    @property
    def total(self) -> int | None:
        """How many entries there are, if that is known before they are read."""

    def entries(self) -> Iterator[Entry]:
        """Yield all entries; their order changes nothing about the data set."""

    def load(self, entry: Entry) -> Loaded:
        """Return the content of an entry; called from several threads.

        Raises:
            PictureError: there is no content.
            PassedOver: the file is no picture, and not named as one.
        """

    def read(self, place: str) -> bytes:
        """Return the bytes of a picture again; called from several threads."""

    def classes(self, found: Sequence[Found]) -> Classes:
        """Return the data set's classes once it is known which ones have pictures."""

    def remarks(self) -> list[str]:
        """Return what looks odd, once all entries were read."""
