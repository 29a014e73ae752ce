"""The work of a Python worker on one part: answers of an engine in, the file of the part out."""

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tasks.conversion.store import BYTES, FILE, RESULT
from tasks.features.answer import parse_answer
from tasks.params.scoring import ScoreFormat
from tasks.scoring.counts import Counts
from tasks.scoring.part_file import PartWriter, part_name
from tasks.scoring.ready import Passing, pickled
from tasks.scoring.rows import Scorer, score_rows
from tasks.spark.python_worker import settle_once

_BATCH = 64


@dataclass(frozen=True)
class PartTask:
    """Work on a part, for ``mapPartitionsWithIndex``.

    Attributes:
        scorer: broadcast of a ``Scorer``.
        output: format of the file.
        numbers: the part of each partition.
        present: parts that are there already, of which nothing is yielded.
        done: counts pictures.
    """

    scorer: Any
    output: ScoreFormat
    numbers: list[int]
    present: frozenset[int]
    done: Any

    def __call__(self, index: int, elements: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the elements of ``PictureStore.write`` for the answers of one partition."""
        part = self.numbers[index]
        if part in self.present:
            deque(elements, maxlen=0)
            return
        scorer: Scorer = self.scorer.value
        writer, counts = PartWriter(scorer, self.output), Counts()
        yield FILE + part_name(part, self.output).encode()
        remaining = iter(elements)
        while group := list(islice(remaining, 2 * _BATCH)):
            yield BYTES + self._add(writer, counts, group)
        yield BYTES + writer.close()
        yield RESULT + json.dumps(counts.as_json()).encode()
        settle_once()

    def _add(self, writer: PartWriter, counts: Counts, group: list[bytes]) -> bytes:
        passing: list[Passing] = [pickled(beside) for beside in group[::2]]
        answers = [parse_answer(answer) for answer in group[1::2]]
        ours = [
            (one.name, feature, one.error or reason)
            for one, (feature, reason) in zip(passing, answers, strict=True)
            if one.name is not None
        ]
        self.done.add(len(passing))
        if not ours:
            return b""
        names, features, errors = zip(*ours, strict=True)
        rows = score_rows(self.scorer.value, names, features, errors)
        for row in zip(rows.names, rows.labels, rows.errors, strict=True):
            counts.note(*row)
        return writer.add(rows)


def sum_results(results: Iterable[bytes]) -> Iterator[Counts]:
    """Yield the counts of the results of one partition."""
    counts = Counts()
    for result in results:
        counts.merge(Counts.from_json(json.loads(result)))
    yield counts
