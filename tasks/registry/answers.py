"""Answers of a model: for every validation record, whether its most probable class is the label."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.errors import DataError
from tasks.evaluation.mcnemar import mcnemar
from tasks.features.store import feature_matrix
from tasks.models.head import Head
from tasks.models.predictions import read_rows
from tasks.runs.promotion_record import Comparison


@dataclass(frozen=True)
class Answers:
    """Answers on records, in the order of shards and records.

    Attributes:
        shard: file name of each record's shard, ``[records]``.
        record: its number in the shard, from 0, int64 ``[records]``.
        name: name of its picture, ``[records]``; empty where it has none.
        right: whether the answer is the label, bool ``[records]``.
    """

    shard: Sequence[str]
    record: npt.NDArray[np.int64]
    name: Sequence[str]
    right: npt.NDArray[np.bool_]

    def without(self, names: Collection[str]) -> "Answers":
        """Return the answers on records of other names; those without a name stay."""
        return self._rows([not name or name not in names for name in self.name])

    def on_records_of(self, other: "Answers") -> "Answers":
        """Return the answers on records that the other answers are on, too."""
        theirs = other._records()
        return self._rows([record in theirs for record in self._listed()])

    def cover(self, other: "Answers") -> bool:
        """Return whether there is an answer on every record that the other answers are on."""
        return other._records() <= self._records()

    def _listed(self) -> list[tuple[str, int]]:
        return list(zip(self.shard, self.record.tolist(), strict=True))

    def _records(self) -> set[tuple[str, int]]:
        return set(self._listed())

    def _rows(self, wanted: Sequence[bool]) -> "Answers":
        kept = np.array(wanted, np.bool_)
        return Answers(
            shard=[shard for shard, keep in zip(self.shard, kept, strict=True) if keep],
            record=self.record[kept],
            name=[name for name, keep in zip(self.name, kept, strict=True) if keep],
            right=self.right[kept],
        )


def answers_of_model(model: Path) -> Answers:
    """Return the answers in a model's ``predictions.parquet``.

    Raises:
        DataError: the file is missing, was changed, or cannot be read.
    """
    found = read_rows(model)
    return Answers(
        shard=found["shard"].to_pylist(),
        record=found["record"].to_numpy().astype(np.int64),
        name=found["name"].to_pylist(),
        right=found["label"].to_numpy() == found["prediction"].to_numpy(),
    )


def answers_of_head(
    head: Head,
    tables: Iterable[Any],
    *,
    known_classes: Sequence[str],
    class_names: Sequence[str],
) -> Answers:
    """Return the answers of a head, which may know other classes than the records have.

    A record of a class that the head does not know has no right answer.

    Args:
        head: works on raw features.
        tables: Arrow tables of features, see ``Engine.extract``.
        known_classes: the head's classes, in the order of its outputs.
        class_names: the records' classes, by label.
    """
    import pyarrow as pa

    known = np.array(known_classes)
    names = np.array(class_names)
    parts = []
    for table in tables:
        prediction = head.logits(feature_matrix(table)).argmax(axis=1)
        right = known[prediction] == names[table["label"].to_numpy()]
        kept = table.select(["shard", "record", "name"])
        parts.append(kept.append_column("right", pa.array(right)))
    whole = pa.concat_tables(parts).sort_by([("shard", "ascending"), ("record", "ascending")])
    return Answers(
        shard=whole["shard"].to_pylist(),
        record=whole["record"].to_numpy().astype(np.int64),
        name=whole["name"].to_pylist(),
        right=np.asarray(whole["right"].to_pylist(), np.bool_),
    )


def compare(new: Answers, champion: Answers, *, number: int, about: str = "") -> Comparison:
    """Compare a new model with the champion.

    Args:
        new: answers of the new model.
        champion: those of the champion, on the same records.
        number: the champion's.
        about: what is to be said of the records.

    Raises:
        DataError: the records are not the same, or there are none.
    """
    same = new.shard == champion.shard and np.array_equal(new.record, champion.record)
    if not same or not len(new.right):
        raise DataError(
            f"its answers are on {len(champion.right):,} records, those of the new model on "
            f"{len(new.right):,} others"
        )
    only_new = int(np.count_nonzero(new.right & ~champion.right))
    only_champion = int(np.count_nonzero(champion.right & ~new.right))
    return Comparison(
        champion=number,
        records=len(new.right),
        correct=int(np.count_nonzero(new.right)),
        champion_correct=int(np.count_nonzero(champion.right)),
        only_new=only_new,
        only_champion=only_champion,
        p_value=mcnemar(only_new, only_champion),
        about=about,
    )
