"""The same picture twice: copies within a class, and contradictions between two."""

from collections.abc import Sequence

from tasks.datasets.describe import Told
from tasks.datasets.index import Table
from tasks.datasets.names import counted, shown
from tasks.datasets.options import Options
from tasks.errors import DataError

_SHOWN = 10


def drop_copies(index: Table) -> int:
    """Keep exact copies within a class once and return how many were dropped.

    Where the source has splits and copies are in several, the one that is measured on stays, so
    that nothing is measured on what was learned.
    """
    return index.delete(
        "SELECT id FROM (SELECT id, ROW_NUMBER() OVER ("
        "PARTITION BY sha256, label ORDER BY"
        " CASE split WHEN 'test' THEN 0 WHEN 'validation' THEN 1 ELSE 2 END, name, id) AS nth"
        " FROM pictures) WHERE nth > 1"
    )


def tell_copies(told: Told, index: Table, class_names: Sequence[str]) -> None:
    """Warn of copies and contradictions that stay."""
    copies = index.value("SELECT COUNT(*) - COUNT(DISTINCT sha256) FROM pictures")
    told.count("copies", copies, "record", "with the same picture as another one; kept")
    both = index.value(
        "SELECT COUNT(*) FROM (SELECT sha256 FROM pictures GROUP BY sha256"
        " HAVING MIN(split) < MAX(split))"
    )
    if both:
        told.warn(
            f"{counted(both, 'picture')} in more than one split: what is measured looks too good"
        )
    told.warn(contradictions(index, class_names))


def tell_groups(told: Told, index: Table) -> None:
    """Warn of groups that the source itself has in more than one split."""
    torn = index.value(
        "SELECT COUNT(*) FROM (SELECT unit FROM pictures GROUP BY unit"
        " HAVING MIN(split) < MAX(split))"
    )
    if torn:
        told.warn(
            f"{counted(torn, 'group')} in more than one split of the source: what is measured "
            "looks too good"
        )


def contradictions(index: Table, class_names: Sequence[str]) -> str | None:
    """Return, in words, the pictures that are under two classes; None if there are none."""
    total = index.value("SELECT COUNT(*) FROM contradicting")
    if not total:
        return None
    pairs = []
    for (sha256,) in list(index.rows("SELECT * FROM contradicting ORDER BY 1 LIMIT ?", _SHOWN)):
        found = index.rows(
            "SELECT MIN(name), label FROM pictures WHERE sha256 = ?"
            " GROUP BY label ORDER BY label LIMIT 2",
            sha256,
        )
        pairs.append(
            " and ".join(
                f"{shown(name.decode())} in class {shown(class_names[label])}"
                for name, label in found
            )
        )
    more = f"; and {total - len(pairs):,} more" if total > len(pairs) else ""
    return f"{counted(total, 'picture')} in two classes: {'; '.join(pairs)}{more}"


def resolve_contradictions(index: Table, class_names: Sequence[str], options: Options) -> None:
    """Move pictures that are under two classes to those left out, all of their copies.

    Raises:
        DataError: there are some, and ``bad_pictures`` is ``fail``.
    """
    told = contradictions(index, class_names)
    if not told:
        return
    if options.bad_pictures == "fail":
        raise DataError(
            f"{told}. Keep each in one class, or leave them out with bad_pictures: skip"
        )
    index.leave_out("SELECT sha256 FROM contradicting", "is in two classes")
