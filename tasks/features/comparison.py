"""Comparison of two engines' features of the same records."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dumps.spread import relative_difference
from tasks.errors import ParityError
from tasks.features.record_name import origin
from tasks.features.store import feature_matrix

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Origin:
    """Shard and number of a record, and the name of its picture; ``str`` is for messages."""

    shard: str
    record: int
    name: str = field(default="", compare=False)

    def __str__(self) -> str:
        return origin(self.shard, self.record, self.name)


@dataclass(frozen=True)
class Rows:
    """Features by one engine: its name, and a table as ``read_tables`` returns it."""

    engine: str
    table: Any


@dataclass(frozen=True)
class Difference:
    """The largest difference between two engines' features.

    Attributes:
        largest: the largest relative difference of any feature; NaN where a feature is NaN.
        worst: the record that it is in.
    """

    largest: float
    worst: Origin

    def is_within(self, tolerance: float) -> bool:
        """Return whether it is within a tolerance; NaN is not."""
        return self.largest <= tolerance


def origins(table: Any) -> list[Origin]:
    """Return where the rows of a table of features came from."""
    columns = (table[name].to_pylist() for name in ("shard", "record", "name"))
    return [Origin(*row) for row in zip(*columns, strict=True)]


def rows_like(wanted: Any, table: Any) -> Any:
    """Return the rows of ``table`` that are of the records of ``wanted``, in that order."""
    place = {record: i for i, record in enumerate(origins(table))}
    return table.take([place[record] for record in origins(wanted) if record in place])


def is_constant(table: Any) -> bool:
    """Return whether all rows of a table of features, of two at least, have the same features."""
    features = feature_matrix(table)
    return len(features) > 1 and bool((features == features[0]).all())


def compare(candidate: Rows, reference: Rows) -> Difference:
    """Return the difference between two engines' features of the same records.

    Raises:
        ParityError: the engines read different labels.
    """
    records = origins(reference.table)
    labels = [rows.table["label"].to_numpy() for rows in (candidate, reference)]
    for i in np.flatnonzero(labels[0] != labels[1])[:1]:
        raise ParityError(
            f"check_parity: the label of {records[i]} is {labels[0][i]} to {candidate.engine} and "
            f"{labels[1][i]} to {reference.engine}"
        )
    difference = relative_difference(
        feature_matrix(candidate.table), feature_matrix(reference.table)
    )
    worst = np.argmax(np.nan_to_num(difference.max(axis=1), nan=np.inf))
    return Difference(float(difference.max()), records[int(worst)])
