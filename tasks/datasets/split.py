"""The rules that put pictures into splits where the data has none.

The side of a picture follows from the SHA-256 of its bytes alone, so it stays the same however the
data set grows, and a copy is on the same side as its original. With a group, the digest of the
group's name decides, so that all pictures of one thing are on one side.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tasks.datasets.dataset import TEST, TRAIN, VALIDATION

_RANGE = 2**64


def unit_of(picture_sha256: bytes, group: str | None) -> bytes:
    """Return the 32 bytes that decide the side of a picture.

    Args:
        picture_sha256: the digest of the picture's bytes, as they came.
        group: the name of what it shows with others, if it has one.
    """
    if group is None:
        return picture_sha256
    return hashlib.sha256(b"group\0" + group.encode("utf-8", "surrogatepass")).digest()


def side_of(unit: bytes, validation_share: float, test_share: float) -> str:
    """Return the split of a unit.

    The unit's first eight bytes are a number from 0 to 2**64. The lowest ``validation_share`` of
    these are validation, the highest ``test_share`` are test.

    Args:
        unit: as ``unit_of`` returns it.
        validation_share: from 0 to 1.
        test_share: from 0 to 1; the two together at most 1.
    """
    number = int.from_bytes(unit[:8], "big")
    if number < round(validation_share * _RANGE):
        return VALIDATION
    return TEST if number >= _RANGE - round(test_share * _RANGE) else TRAIN


@dataclass(frozen=True)
class Unit:
    """Pictures that are on one side together.

    Attributes:
        key: as ``unit_of`` returns it.
        side: ``train`` or ``validation``.
        labels: the classes that have pictures in it.
    """

    key: bytes
    side: str
    labels: frozenset[int]


def moves(units: Iterable[Unit], counts: Mapping[tuple[int, str], int]) -> dict[bytes, str]:
    """Return units to move so that every class has one in training and one in validation.

    Chance leaves a class of few pictures without one in validation: of ten pictures at a share of
    0.1 in one case of three. Refusing such data would refuse most small data sets, so the
    training unit with the lowest number goes to validation, as if the share had been that much
    larger for this class; or the validation unit with the highest number to training. As such a
    class grows, this one picture may change sides; no other ever does.

    Args:
        units: all units of the classes that lack a side.
        counts: how many units a class has on a side, by label and side, of all classes. Only
            moves that leave every class at least one unit where it goes from are made.

    Returns:
        The new side by key. A class that still lacks a side has too few units.
    """
    left = dict(counts)
    ordered = sorted(units, key=lambda unit: unit.key)
    moved: dict[bytes, str] = {}
    for label in sorted({label for unit in ordered for label in unit.labels}):
        for lacking, giving, candidates in (
            (VALIDATION, TRAIN, ordered),
            (TRAIN, VALIDATION, ordered[::-1]),
        ):
            if left.get((label, lacking), 0):
                continue
            unit = _spare(candidates, label, giving, left, moved)
            if unit:
                moved[unit.key] = lacking
                for each in unit.labels:
                    left[each, giving] -= 1
                    left[each, lacking] = left.get((each, lacking), 0) + 1
    return moved


def _spare(
    units: Iterable[Unit],
    label: int,
    side: str,
    left: Mapping[tuple[int, str], int],
    moved: Mapping[bytes, str],
) -> Unit | None:
    for unit in units:
        there = unit.side == side and unit.key not in moved and label in unit.labels
        if there and all(left.get((each, side), 0) > 1 for each in unit.labels):
            return unit
    return None
