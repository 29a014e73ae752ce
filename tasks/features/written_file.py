"""Record of a file of features."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class WrittenFile:
    """A file of features, as the executor saw it that wrote or read it.

    Attributes:
        name: its name in the folder of its split's features.
        records: how many it holds.
        sha256: digest of its content, 64 hexadecimal digits.
    """

    name: str
    records: int
    sha256: str


def parse_written(lines: str) -> list[WrittenFile]:
    """Return what the Scala says of files, a line each: records, tab, SHA-256, tab, name."""
    fields = (line.split("\t", 2) for line in lines.split("\n") if line)
    return [WrittenFile(name, int(records), sha256) for records, sha256, name in fields]


def count_records(written: Iterable[WrittenFile]) -> int:
    """Return how many records files hold together."""
    return sum(file.records for file in written)
