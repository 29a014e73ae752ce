"""Whole numbers in texts from outside: numbers of versions, ports, processes."""

import re

# Python's own ``int`` takes the digits of every script, and raises for more than 4,300 of them.
_DIGITS = re.compile("[0-9]{1,19}")
_MOST = 2**63 - 1


def whole_number(text: str) -> int | None:
    """Return the number that a text of the digits 0 to 9 is, below 2^63; None for another text.

    >>> whole_number("4"), whole_number("-4"), whole_number("four")
    (4, None, None)
    """
    number = int(text) if _DIGITS.fullmatch(text) else None
    return number if number is not None and number <= _MOST else None
