"""Names that come from outside: ordered, stored and shown."""

import unicodedata
from collections.abc import Iterable, Sequence

from natsort import natsort_keygen

from tasks.errors import DataError

#: The most characters of a class's name.
MAX_CLASS_NAME = 1000

_SHOWN = 10
_LONGEST = 200
_NATURAL = natsort_keygen()
_JUNK_FOLDERS = {"__macosx", "@eadir", "$recycle.bin", "system volume information"}
_JUNK_FILES = {"thumbs.db", "ehthumbs.db", "desktop.ini"}


def is_junk(name: str) -> bool:
    """Return whether systems or packers leave a file of this name, or it describes the data set.

    Args:
        name: its path below the data set's folder.

    >>> is_junk("__MACOSX/daisy/._1.jpg"), is_junk("daisy/1.jpg")
    (True, False)
    """
    *folders, last = name.lower().split("/")
    if any(folder.startswith(".") or folder in _JUNK_FOLDERS for folder in folders):
        return True
    return last.startswith((".", "readme", "license", "licence")) or last in _JUNK_FILES


def class_name(text: str, where: str) -> str:
    """Return the name of a class as all of Graft writes it: in Unicode's composed form, NFC.

    File systems differ in the form they keep: the same folder comes out of a macOS archive
    decomposed.

    Args:
        text: the name as found.
        where: what has it, for the message.

    Raises:
        DataError: it is empty, is not UTF-8, or has a control character, such as an end of line.
    """
    name = unicodedata.normalize("NFC", text.strip())
    if not name:
        raise DataError(f"{where} has an empty class name")
    if len(name) > MAX_CLASS_NAME:
        raise DataError(
            f"{where}: class name {shown(name)} has {len(name):,} characters, expected at most "
            f"{MAX_CLASS_NAME:,}"
        )
    for character in name:
        if unicodedata.category(character) in {"Cc", "Cs"}:
            problem = "is not UTF-8" if character >= "\ud800" else "has a control character"
            raise DataError(f"{where}: class name {shown(name)} {problem}; rename it")
    return name


def natural_order(names: Iterable[str]) -> list[str]:
    """Return names in the order that people count in, the same for the same names.

    >>> natural_order(["class 10", "class 9"])
    ['class 9', 'class 10']
    """
    return sorted(names, key=lambda name: (_NATURAL(name), name))


def check_case(names: Iterable[str]) -> None:
    """Raise a ``DataError`` that names two classes that differ in case alone."""
    first: dict[str, str] = {}
    for name in natural_order(set(names)):
        other = first.setdefault(name.casefold(), name)
        if other != name:
            raise DataError(
                f"classes {shown(other)} and {shown(name)} differ in case alone: give both the "
                "same name, or one of them another"
            )


def stored(name: str) -> bytes:
    """Return a name as UTF-8; bytes of a file's name that are not UTF-8 are written in digits."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").encode()


def shown(name: str) -> str:
    """Return a name in quotes, what cannot be printed escaped, and cut if it is long."""
    cut = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."
    return repr(cut)


def counted(number: int, noun: str) -> str:
    """Return a number with what it counts.

    >>> counted(1, "picture"), counted(1200, "copy"), counted(2, "class")
    ('1 picture', '1,200 copies', '2 classes')
    """
    ending = "es" if noun.endswith("s") else "s"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}{ending}"
    return f"{number:,} {noun if number == 1 else plural}"


def listed(names: Sequence[str], total: int | None = None) -> str:
    """Return the first ten names, and how many more there are.

    Args:
        names: some or all of them.
        total: how many there are, if ``names`` has not all.
    """
    more = (len(names) if total is None else total) - len(names[:_SHOWN])
    return ", ".join(map(shown, names[:_SHOWN])) + (f" and {more:,} more" if more else "")
