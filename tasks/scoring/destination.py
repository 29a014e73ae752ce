"""Folder of scores: which parts are there, and what they are scores of.

Every part is written whole or not at all. ``_plan.json`` says what the parts are made of, from the
first moment; ``_score.json`` is written last. Programs that read Parquet or CSV folders pass over
both names.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tasks.conversion.store import PictureStore, file_request, pairs
from tasks.errors import DataError, ParamsError
from tasks.runs.typed_json import from_json
from tasks.scoring.counts import Counts
from tasks.scoring.part_file import PartReader, part_name, part_number
from tasks.scoring.plan import Plan
from tasks.scoring.record import ScoreRecord
from tasks.spark.errors import user_errors
from tasks.spark.files import HadoopFiles
from tasks.storage.local_files import parse_json
from tasks.storage.locations import Location, require_folder

PLAN = "_plan.json"
SCORE = "_score.json"
_ASIDE = ".graft-"
_MOST_PART_BYTES = 2**30


@dataclass(frozen=True)
class Present:
    """Parts that a destination has already.

    Attributes:
        parts: numbers of the parts that are there and whole.
        counts: of their rows.
    """

    parts: frozenset[int] = frozenset()
    counts: Counts = field(default_factory=Counts)


class Destination:
    """The folder that gets scores.

    Args:
        store: reads and writes.
        path: the folder.
        plan: what the scores are made of.

    Raises:
        ParamsError: there is something else in it, or it is a whole file system.
    """

    def __init__(self, store: PictureStore, path: Location, plan: Plan) -> None:
        require_folder(path)
        self.path = path
        self._store = store
        self._files = HadoopFiles.of(store.spark)
        self._plan = plan
        self._check()

    def finished(self) -> ScoreRecord | None:
        """Return what ``_score.json`` says if all scores are there, else None."""
        if self._files.size(self.path / SCORE) is None:
            return None
        names = set(self._files.sizes(self.path))
        if any(part_name(part, self._plan.output) not in names for part in range(self._plan.parts)):
            return None
        try:
            return from_json(ScoreRecord, parse_json(self._files.read(self.path / SCORE)))
        # Made anew from the parts.
        except ValueError:
            return None

    def begin(self) -> None:
        """Say what the parts are of, before the first is written."""
        self._files.delete(self.path / SCORE)
        self._files.write(_json(self._plan.as_json()), self.path / PLAN)

    def present(self, class_names: tuple[str, ...]) -> Present:
        """Return the parts that are there, which executors read; damaged ones are deleted."""
        output = self._plan.output
        found = [part_number(name, output) for name in self._files.sizes(self.path)]
        parts = sorted(part for part in found if part is not None)
        if not parts:
            return Present()
        requests = self._store.distribute(
            file_request(part_name(part, output), _MOST_PART_BYTES, str(part).encode())
            for part in parts
        )
        contents = self._store.read(requests, self.path, self.path)
        reader = PartReader(class_names, output)
        with user_errors():
            done, counts = contents.mapPartitions(partial(_recount, reader)).treeReduce(_join)
        for part in set(parts) - done:
            self._files.delete(self.path / part_name(part, output))
        return Present(frozenset(done), counts)

    def finish(self, record: ScoreRecord) -> None:
        """Write ``_score.json``, and delete what killed executors left."""
        for name in self._files.sizes(self.path):
            if name.startswith(_ASIDE):
                self._files.delete(self.path / name)
        self._files.write(_json(record.as_json()), self.path / SCORE)

    def _check(self) -> None:
        """Raise a ``ParamsError`` unless the folder is empty or has parts of this plan."""
        if self._files.size(self.path / PLAN) is None:
            if self._files.size(self.path) is not None or self._store.holds_any(self.path):
                raise ParamsError(
                    f"{self.path} is there already and has no scores: name another folder, or "
                    "delete it"
                )
            return
        if difference := self._plan.difference(self._read_plan()):
            raise ParamsError(
                f"{self.path} has scores of {difference}: name another folder, or delete it"
            )

    def _read_plan(self) -> Plan:
        try:
            return from_json(Plan, parse_json(self._files.read(self.path / PLAN)))
        except ValueError as error:
            raise DataError(
                f"{self.path / PLAN} is damaged or of another version ({error}): delete "
                f"{self.path}, or name another folder"
            ) from None


def _recount(reader: PartReader, elements: Iterable[bytes]) -> Iterator[tuple[set[int], Counts]]:
    done: set[int] = set()
    counts = Counts()
    for beside, content in pairs(elements):
        found = reader.counts(content or b"")
        if found is not None:
            done.add(int(beside))
            counts.merge(found)
    yield done, counts


def _join(one: tuple[set[int], Counts], other: tuple[set[int], Counts]) -> tuple[set[int], Counts]:
    return one[0] | other[0], one[1].merge(other[1])


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=2) + "\n").encode()
