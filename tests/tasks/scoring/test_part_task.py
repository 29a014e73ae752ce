"""The file of a part, made of the answers of an engine."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest

from tasks.conversion.store import BYTES, FILE, RESULT
from tasks.features.answer import FEATURE, REASON
from tasks.models.head import Head
from tasks.params.scoring import ScoreFormat
from tasks.scoring.part_file import PartReader
from tasks.scoring.part_task import PartTask, sum_results
from tasks.scoring.ready import Passing
from tasks.scoring.rows import Scorer

NAMES = ("a", "b")
SCORER = Scorer(Head(np.eye(2, dtype=np.float32), np.zeros(2, np.float32)), NAMES, "m0de1")


def feature(*values: float) -> bytes:
    return FEATURE + np.array(values, "<f4").tobytes()


ELEMENTS = [
    *(pickle.dumps(Passing("x")), feature(0, 5)),
    *(pickle.dumps(Passing(None)), b""),
    *(pickle.dumps(Passing("empty", "is empty")), b""),
    *(pickle.dumps(Passing("odd")), REASON + b"does not decode"),
]


@pytest.mark.parametrize("output", ["parquet", "csv"])
def test_a_part_is_one_file_and_its_counts(
    output: ScoreFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.scoring.part_task.settle_once", lambda: None)
    done: list[int] = []
    broadcast, counter = SimpleNamespace(value=SCORER), SimpleNamespace(add=done.append)
    task = PartTask(broadcast, output, [7, 4], frozenset({7}), counter)
    assert list(task(0, iter(ELEMENTS))) == []
    name, *content, result = list(task(1, iter(ELEMENTS)))
    assert name == FILE + b"part-000004." + output.encode()
    assert all(piece.startswith(BYTES) for piece in content)
    written = b"".join(piece.removeprefix(BYTES) for piece in content)
    (counts,) = sum_results([result.removeprefix(RESULT)])
    assert (counts.pictures, counts.bad, counts.classes) == (3, 2, {1: 1})
    assert counts.examples == [("empty", "is empty"), ("odd", "does not decode")]
    assert PartReader(NAMES, output).counts(written) == counts
    # Files that are none count as done, too.
    assert done == [4]
