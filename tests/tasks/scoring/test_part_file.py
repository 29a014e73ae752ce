"""Files of scores, written in pieces."""

import io

import numpy as np
import pyarrow.parquet as pq
import pytest

from tasks.models.head import Head
from tasks.params.scoring import ScoreFormat
from tasks.scoring.part_file import PartReader, PartWriter, part_name, part_number
from tasks.scoring.rows import Scorer, score_rows

NAMES = ("a", 'with, "comma"\nand line', "NA")
SCORER = Scorer(Head(np.eye(3, dtype=np.float32), np.zeros(3, np.float32)), NAMES, "m0de1")


def written(output: ScoreFormat) -> bytes:
    writer = PartWriter(SCORER, output)
    pieces = []
    for label in range(3):
        feature = 5 * np.eye(3, dtype=np.float32)[label]
        names = [f"{label}\n.jpg", f"bad {label}"]
        pieces.append(writer.add(score_rows(SCORER, names, [feature, None], ["", "is, empty"])))
    return b"".join([*pieces, writer.close()])


@pytest.mark.parametrize("output", ["parquet", "csv"])
def test_what_was_written_is_counted_again(output: ScoreFormat) -> None:
    counts = PartReader(NAMES, output).counts(written(output))
    assert counts is not None
    assert (counts.pictures, counts.bad) == (6, 3)
    assert counts.classes == {0: 1, 1: 1, 2: 1}
    assert counts.examples[0] == ("bad 0", "is, empty")


@pytest.mark.parametrize("output", ["parquet", "csv"])
def test_an_empty_part_is_a_file_too(output: ScoreFormat) -> None:
    counts = PartReader(NAMES, output).counts(PartWriter(SCORER, output).close())
    assert counts is not None
    assert counts.pictures == 0


def test_what_is_damaged_or_of_other_classes_has_no_counts() -> None:
    content = written("parquet")
    assert PartReader(NAMES, "parquet").counts(content[:100]) is None
    assert PartReader(NAMES, "parquet").counts(b"") is None
    assert PartReader(("b",), "parquet").counts(content) is None
    assert PartReader(NAMES, "csv").counts(b"no,columns\n1,2\n") is None


def test_parquet_says_what_its_scores_are() -> None:
    schema = pq.read_schema(io.BytesIO(written("parquet")))
    assert schema.metadata[b"graft.model"] == b"m0de1"
    assert b"graft.class_names" in schema.metadata


@pytest.mark.parametrize("output", ["parquet", "csv"])
def test_names_tell_their_part(output: ScoreFormat) -> None:
    assert part_number(part_name(17, output), output) == 17
    assert part_number(part_name(10**7, output), output) == 10**7
    for other in (
        "part-17.parquet",
        "part-.csv",
        "_plan.json",
        "part-0000\N{ARABIC-INDIC DIGIT ONE}7.csv",
    ):
        assert part_number(other, output) is None
