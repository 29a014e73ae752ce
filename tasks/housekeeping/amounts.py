"""Sizes and ages as people read and write them."""

import math
import re
from datetime import timedelta

from tasks.errors import ParamsError

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_AGE = re.compile(r"([0-9]{1,5})([hdw])")
_KIB = 2**10
_PREFIXES = "KMGT"


def parse_age(text: str) -> timedelta:
    """Return an age such as ``30d``.

    Raises:
        ParamsError: it is no number with h, d or w for hours, days or weeks.
    """
    found = _AGE.fullmatch(text)
    if not found:
        raise ParamsError(f"age {text!r}, expected a number with h, d or w, such as 12h, 30d or 8w")
    return int(found[1]) * _UNITS[found[2]]


def show_age(age: timedelta) -> str:
    """Return an age in words.

    >>> show_age(timedelta(days=30, hours=5))
    '30 days'
    """
    for unit, one in (("days", timedelta(days=1)), ("hours", timedelta(hours=1))):
        if age >= 2 * one:
            return f"{age // one:,} {unit}"
    return show_count(max(age // timedelta(minutes=1), 0), "minute", "minutes")


def show_count(number: int, one: str, many: str) -> str:
    """Return a number with its noun.

    >>> show_count(1234, "item", "items")
    '1,234 items'
    """
    return f"{number:,} {one if number == 1 else many}"


def show_bytes(size: int) -> str:
    """Return a size with a unit.

    >>> show_bytes(27_000_000)
    '25.7 MiB'
    """
    if size < _KIB:
        return f"{size} B"
    power = min(int(math.log(size, _KIB)), len(_PREFIXES))
    return f"{size / _KIB**power:,.1f} {_PREFIXES[power - 1]}iB"
