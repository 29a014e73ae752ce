"""Rows of scores: one for every picture, as an Arrow table."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.models.head import Head, softmax

#: Keys of a Parquet file's metadata.
CLASS_NAMES, MODEL = "graft.class_names", "graft.model"


@dataclass(frozen=True)
class Scorer:
    """Classifier that makes scores of features.

    Attributes:
        head: works on raw features.
        class_names: in label order.
        model: digest of the model.
    """

    head: Head
    class_names: tuple[str, ...]
    model: str


@dataclass
class Rows:
    """Some rows, column by column.

    Attributes:
        names: of the pictures.
        errors: why a picture has no scores, None where it has.
        labels: number of the most probable class, from 0; None for a bad picture.
        scores: probability of every class, float32 ``[classes]``; None for a bad picture.
    """

    names: list[str] = field(default_factory=list)
    errors: list[str | None] = field(default_factory=list)
    labels: list[int | None] = field(default_factory=list)
    scores: list[npt.NDArray[np.float32] | None] = field(default_factory=list)


def score_rows(
    scorer: Scorer,
    names: Sequence[str],
    features: Sequence[npt.NDArray[np.float32] | None],
    errors: Sequence[str],
) -> Rows:
    """Return the rows of pictures.

    Args:
        scorer: head and classes.
        names: of the pictures.
        features: float32 ``[feature_size]`` each; None for a bad picture.
        errors: why there are none; only read where there are none.
    """
    good = [feature for feature in features if feature is not None]
    made = softmax(scorer.head.logits(np.stack(good))) if good else ()
    probabilities: Iterator[npt.NDArray[np.float32]] = iter(made)
    rows = Rows()
    for name, feature, error in zip(names, features, errors, strict=True):
        scores = None if feature is None else next(probabilities)
        rows.names.append(name)
        rows.errors.append(error if scores is None else None)
        rows.labels.append(None if scores is None else int(scores.argmax()))
        rows.scores.append(scores)
    return rows


def parquet_table(scorer: Scorer, rows: Rows) -> Any:
    """Return rows as the table of a Parquet file; ``scores`` are in label order."""
    import pyarrow as pa

    schema = pa.schema(
        [
            *_first_fields(),
            pa.field("scores", pa.list_(pa.float32())),
            *_last_fields(),
        ],
        metadata={CLASS_NAMES: json.dumps(scorer.class_names), MODEL: scorer.model},
    )
    columns = [*_first(scorer, rows), rows.scores, *_last(scorer, rows)]
    return pa.table(columns, schema=schema)


def csv_table(scorer: Scorer, rows: Rows) -> Any:
    """Return rows as the table of a CSV file, with a column ``score_NAME`` for every class."""
    import pyarrow as pa

    of_class = [pa.field(f"score_{name}", pa.float32()) for name in scorer.class_names]
    schema = pa.schema([*_first_fields(), *of_class, *_last_fields()])
    columns = [
        [None if scores is None else float(scores[label]) for scores in rows.scores]
        for label in range(len(scorer.class_names))
    ]
    return pa.table([*_first(scorer, rows), *columns, *_last(scorer, rows)], schema=schema)


def _first_fields() -> list[Any]:
    import pyarrow as pa

    return [
        pa.field("name", pa.string()),
        pa.field("class", pa.string()),
        pa.field("score", pa.float32()),
    ]


def _last_fields() -> list[Any]:
    import pyarrow as pa

    return [pa.field("model", pa.string()), pa.field("error", pa.string())]


def _first(scorer: Scorer, rows: Rows) -> list[Any]:
    classes = [None if label is None else scorer.class_names[label] for label in rows.labels]
    best = [None if scores is None else float(scores.max()) for scores in rows.scores]
    return [rows.names, classes, best]


def _last(scorer: Scorer, rows: Rows) -> list[Any]:
    return [[scorer.model] * len(rows.names), rows.errors]
