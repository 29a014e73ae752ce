"""The rules of the splits, for any pictures."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from tasks.datasets.split import Unit, moves, side_of, unit_of

digests = st.binary(min_size=32, max_size=32)
shares = st.tuples(st.floats(0, 0.5), st.floats(0, 0.5))
SIDES = ("train", "validation")


@given(digests, shares)
def test_a_side_depends_on_the_digest_alone(digest: bytes, share: tuple[float, float]) -> None:
    side = side_of(digest, *share)
    assert side in {"train", "validation", "test"}
    assert side_of(digest[:8] + bytes(24), *share) == side


@given(digests, shares)
def test_a_larger_share_only_adds(digest: bytes, share: tuple[float, float]) -> None:
    validation, test = share
    side = side_of(digest, validation, test)
    if side == "validation":
        assert side_of(digest, min(validation * 1.5, 1 - test), test) == "validation"
    if side == "test":
        assert side_of(digest, validation, min(test * 1.5, 1 - validation)) == "test"
    assert side_of(digest, 0, 0) == "train"


def test_shares_are_kept() -> None:
    digests = [hashlib.sha256(str(number).encode()).digest() for number in range(20_000)]
    sides = [side_of(digest, 0.1, 0.2) for digest in digests]
    # Four deviations of a binomial of 20,000 are 0.008 and 0.011.
    assert abs(sides.count("validation") / 20_000 - 0.1) < 0.009
    assert abs(sides.count("test") / 20_000 - 0.2) < 0.012


@given(digests, digests, st.text(min_size=1))
def test_a_group_is_a_unit_whatever_its_pictures(a: bytes, b: bytes, group: str) -> None:
    assert unit_of(a, group) == unit_of(b, group)
    assert unit_of(a, None) == a
    assert len(unit_of(a, group)) == 32


@st.composite
def data_sets(draw: st.DrawFn) -> list[Unit]:
    """Units of up to four classes; some have pictures of several, as groups may."""
    keys = draw(st.lists(digests, unique=True, max_size=25))
    return [
        Unit(
            key,
            draw(st.sampled_from(SIDES)),
            draw(st.frozensets(st.integers(0, 3), min_size=1, max_size=2)),
        )
        for key in keys
    ]


def counts_of(units: list[Unit]) -> dict[tuple[int, str], int]:
    counts: dict[tuple[int, str], int] = {}
    for unit in units:
        for label in unit.labels:
            counts[label, unit.side] = counts.get((label, unit.side), 0) + 1
    return counts


def after(units: list[Unit], moved: dict[bytes, str]) -> list[Unit]:
    return [Unit(unit.key, moved.get(unit.key, unit.side), unit.labels) for unit in units]


@given(data_sets())
def test_moves_never_take_the_last_one_of_a_side(units: list[Unit]) -> None:
    before = counts_of(units)
    now = counts_of(after(units, moves(units, before)))
    for key in before:
        assert now.get(key, 0) >= 1


@given(data_sets())
def test_every_class_of_two_units_of_its_own_is_on_both_sides(units: list[Unit]) -> None:
    single = [Unit(unit.key, unit.side, frozenset([min(unit.labels)])) for unit in units]
    now = counts_of(after(single, moves(single, counts_of(single))))
    for label in range(4):
        if sum(label in unit.labels for unit in single) >= 2:
            assert all(now.get((label, side)) for side in SIDES)


@given(data_sets())
def test_moves_do_not_depend_on_the_order_and_leave_whole_classes_alone(
    units: list[Unit],
) -> None:
    counts = counts_of(units)
    moved = moves(units, counts)
    assert moves(units[::-1], counts) == moved
    lacking = {
        label
        for unit in units
        for label in unit.labels
        if not all(counts.get((label, s)) for s in SIDES)
    }
    for unit in units:
        if unit.key in moved:
            assert unit.labels & lacking


@given(st.lists(digests, unique=True, min_size=3, max_size=40), st.integers(1, 39))
def test_as_a_class_grows_only_the_moved_picture_may_change_sides(
    keys: list[bytes], at: int
) -> None:
    def sides(some: list[bytes]) -> dict[bytes, str]:
        units = [Unit(key, side_of(key, 0.1, 0), frozenset([0])) for key in some]
        moved = moves(units, counts_of(units))
        return {unit.key: moved.get(unit.key, unit.side) for unit in units}

    small, large = sides(keys[:at]), sides(keys)
    changed = [key for key, side in small.items() if large[key] != side]
    assert len(changed) <= 1
    natural = {key: side_of(key, 0.1, 0) for key in keys}
    assert all(large[key] == natural[key] or small[key] == natural[key] for key in changed)
