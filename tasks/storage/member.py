"""One member of an archive, whatever kind of archive it is in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

#: The most characters of a member's name; no system has longer paths.
MAX_NAME = 4096

Kind = Literal["file", "folder", "symbolic link", "hard link", "other"]


@dataclass(frozen=True, slots=True)
class Member:
    """What an archive says of a member, and how its content is written.

    Attributes:
        name: its path in the archive.
        size: of its content, in bytes.
        kind: what it is.
        target: what a link leads to.
        save: writes a file or a folder below the folder that it is given.
    """

    name: str
    size: int
    kind: Kind
    target: str
    save: Callable[[Path], None]
