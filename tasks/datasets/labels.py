"""The ways in which people write ``labels.txt``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.datasets.dataset import LABELS
from tasks.datasets.names import class_name, shown
from tasks.errors import DataError

#: Names of the file: TF-Slim's, and those of TensorFlow Datasets and of other tools.
LABEL_FILES = (LABELS, "label.labels.txt", "classes.txt", "class_names.txt")
#: The most bytes of the file.
MAX_LABEL_BYTES = 16 * 2**20

_NUMBERED = re.compile(r"(?P<number>[0-9]{1,9})\s*(?P<separator>[:,;\t]|\s)\s*(?P<name>.*)")


@dataclass(frozen=True)
class Labels:
    """The classes as a file lists them.

    Attributes:
        names: in the order of their labels.
        first: the label of the first one, 0 or 1; None where the file has no numbers.
    """

    names: tuple[str, ...]
    first: int | None


def read_labels(path: Path) -> Labels:
    """Return what a label file lists: ``0:daisy``, ``0 daisy`` or ``daisy`` in every line.

    Raises:
        DataError: it is too large, no UTF-8 text, or has a line that is not as the others.
    """
    size = path.stat().st_size
    if size > MAX_LABEL_BYTES:
        raise DataError(f"{path.name} has {size:,} bytes, expected at most {MAX_LABEL_BYTES:,}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8 text: {error}") from error
    return parse_labels(text, path.name)


def parse_labels(text: str, file: str = LABELS) -> Labels:
    r"""Return what the text of a label file lists.

    Raises:
        DataError: it is empty, or a line is not as the others.

    >>> parse_labels("1 daisy\n2 red tulip")
    Labels(names=('daisy', 'red tulip'), first=1)
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        raise DataError(f"{file} is empty, expected lines '0:<class name>'")
    found = [_NUMBERED.fullmatch(line) for line in lines]
    first = found[0]
    if first and first["number"] in {"0", "1"}:
        names = _numbered(lines, int(first["number"]), file)
        labels = Labels(names, int(first["number"]))
    elif any(match and match["separator"] == ":" for match in found):
        raise _unlike(file, lines[0], 0)
    else:
        labels = Labels(tuple(class_name(line, file) for line in lines), None)
    _check_unique(labels.names, file)
    return labels


def _numbered(lines: Sequence[str], first: int, file: str) -> tuple[str, ...]:
    names = []
    for number, line in enumerate(lines, start=first):
        match = _NUMBERED.fullmatch(line)
        if not match or int(match["number"]) != number or not match["name"]:
            raise _unlike(file, line, number)
        names.append(class_name(match["name"], file))
    return tuple(names)


def _unlike(file: str, line: str, number: int) -> DataError:
    return DataError(f"{file}: line {shown(line)}, expected '{number}:<class name>'")


def _check_unique(names: Sequence[str], file: str) -> None:
    seen = set()
    for name in names:
        if name in seen:
            raise DataError(f"{file}: class {shown(name)} has two labels, expected one")
        seen.add(name)
