"""The splits of a data set: as given, or by rule where the source has none."""

from collections.abc import Mapping, Sequence
from functools import partial

from tasks.datasets.dataset import ALL_SPLITS, SPLITS, TEST, TRAIN
from tasks.datasets.index import Table
from tasks.datasets.names import listed, shown
from tasks.datasets.options import Options
from tasks.datasets.split import Unit, moves, side_of
from tasks.errors import DataError

Counts = dict[tuple[int, str], int]


def choose_splits(
    index: Table, named: frozenset[str], class_names: Sequence[str], options: Options
) -> list[str]:
    """Give every picture a split and return what a user should know of it.

    Training and validation pictures that the source tells apart stay as they are. Where it has
    none for validation, some are taken out of those for training, or of all.

    Args:
        index: the pictures, with the splits that the source has.
        named: splits that the source has, even if there is no picture in them.
        class_names: in label order.
        options: what the user chose.

    Raises:
        DataError: a class has too few pictures to be on both sides, all have one class, or a
            split that the source has is empty.
    """
    found = {split for (split,) in index.rows("SELECT DISTINCT split FROM pictures")}
    given = found | named
    warnings = []
    if given and given <= {None, TRAIN, TEST} and given != {TEST}:
        warnings += _split_by_rule(index, class_names, options, given)
    counts = _counts(index)
    totals = {split: sum(n for (_, of), n in counts.items() if of == split) for split in SPLITS}
    for split, total in totals.items():
        if not total:
            raise DataError(f"split {split!r} has no records, expected at least one")
    trained = sorted(label for label, split in counts if split == TRAIN)
    if len(trained) < 2:
        raise DataError(
            f"has training pictures of one class only, {shown(class_names[trained[0]])}: nothing "
            "to tell apart, expected at least two classes"
        )
    return warnings + _missing(counts, class_names)


def _split_by_rule(
    index: Table, class_names: Sequence[str], options: Options, given: set[str | None]
) -> list[str]:
    test_share = 0.0 if TEST in given else options.test_share
    index.split_by(
        partial(side_of, validation_share=options.validation_share, test_share=test_share)
    )
    warnings = []
    if TRAIN in given:
        warnings.append(
            f"there is no split for validation: {options.validation_share:.0%} of the training "
            "pictures are taken for it"
        )
    moved = _repair(index)
    if moved:
        names = [class_names[label] for label in moved]
        warnings.append(
            "classes so small that chance left one of their sides empty, so that one picture or "
            f"group of each changed sides: {listed(names)}"
        )
    _check_sides(index, class_names)
    return warnings


def _repair(index: Table) -> list[int]:
    """Move pictures of classes that lack a side and return these classes' labels."""
    counts = _unit_counts(index)
    lacking = _lacking(counts)
    if not lacking:
        return []
    units = _units(index, lacking)
    changed = moves(units.values(), counts)
    if changed:
        index.move_units(changed)
    return [label for label in lacking if any(label in units[key].labels for key in changed)]


def _units(index: Table, labels: Sequence[int]) -> dict[bytes, Unit]:
    """Return the units of classes, each with all of its classes, by key."""
    wanted = ", ".join(map(str, labels))
    found = index.rows(
        "SELECT DISTINCT unit, split, label FROM pictures WHERE split IN ('train', 'validation')"  # noqa: S608 - numbers alone
        f" AND unit IN (SELECT unit FROM pictures WHERE label IN ({wanted}))"
    )
    units: dict[bytes, Unit] = {}
    for key, side, label in found:
        others = units[key].labels if key in units else frozenset()
        units[key] = Unit(key, side, others | {label})
    return units


def _lacking(counts: Mapping[tuple[int, str], int]) -> list[int]:
    labels = sorted({label for label, _ in counts})
    return [label for label in labels if any(not counts.get((label, side)) for side in SPLITS)]


def _check_sides(index: Table, class_names: Sequence[str]) -> None:
    counts = _counts(index)
    lacking = _lacking(counts)
    if lacking:
        sizes = [
            f"{shown(class_names[label])} ({sum(counts.get((label, s), 0) for s in ALL_SPLITS)})"
            for label in lacking[:10]
        ]
        more = f" and {len(lacking) - len(sizes):,} more" if len(lacking) > len(sizes) else ""
        raise DataError(
            f"classes with too few pictures: {', '.join(sizes)}{more}; expected at least 2 in "
            "each, of two groups where there are groups: one to learn from and one for validation"
        )


def _missing(counts: Counts, class_names: Sequence[str]) -> list[str]:
    warnings = []
    used = {label for label, _ in counts}
    unused = [name for label, name in enumerate(class_names) if label not in used]
    if unused:
        warnings.append(f"classes without a picture: {listed(unused)}")
    for split in SPLITS:
        missing = [class_names[label] for label in sorted(used) if (label, split) not in counts]
        if missing:
            warnings.append(f"classes without a picture in split {split!r}: {listed(missing)}")
    return warnings


def _counts(index: Table) -> Counts:
    """Return how many pictures a class has in a split, by label and split."""
    found = index.rows("SELECT label, split, COUNT(*) FROM pictures GROUP BY label, split")
    return {(label, split): count for label, split, count in found}


def _unit_counts(index: Table) -> Counts:
    found = index.rows(
        "SELECT label, split, COUNT(DISTINCT unit) FROM pictures GROUP BY label, split"
    )
    return {(label, split): count for label, split, count in found}
