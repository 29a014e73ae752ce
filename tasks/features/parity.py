"""``check_parity``: the same records through another feature engine, compared within a tolerance.

Every engine runs the same dump. Where two differ, one of them computes something else than the
network of the dump, and a head that is trained on its features is worthless.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tasks.datasets.example import IMAGE_ENCODED
from tasks.dumps.description import FROZEN, TENSORS, Dump
from tasks.errors import EngineError, ParityError, SetupError, UnavailableError
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk, joined
from tasks.features.comparison import (
    Difference,
    Origin,
    Rows,
    compare,
    is_constant,
    rows_like,
)
from tasks.features.engines import ENGINES, Engine, graph_refusal, require_all
from tasks.features.extraction import features_digest
from tasks.features.first_difference import first_difference
from tasks.features.memory_check import MemoryCheck
from tasks.features.store import load_tables
from tasks.features.written_file import count_records
from tasks.networks.tensorflow import import_example
from tasks.spark.executors import wait_for_tasks
from tasks.storage.artifact import build
from tasks.storage.local_files import read_json_file, write_json
from tasks.storage.manifest import digest_of
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)

PARITY = "parity.json"
_FORMAT = 2


@dataclass(frozen=True)
class Parity:
    """The result of a check that was passed.

    Attributes:
        records: how many were compared.
        largest_relative_difference: between any two features, see ``relative_difference``.
        tolerance: the largest difference that passes.
    """

    records: int
    largest_relative_difference: float
    tolerance: float

    def as_json(self) -> dict[str, Any]:
        """Return the result as a run's metrics have it."""
        return asdict(self)


@dataclass(frozen=True)
class LeftOut:
    """The result of a check that no other engine could make.

    Attributes:
        reason: why, for every engine that was tried.
    """

    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return the result as a run's metrics have it."""
        return {"left_out": self.reason}


def check_parity(
    bridge: Bridge,
    dump: Dump,
    *,
    candidate: str,
    chunks: Sequence[Chunk],
    ours: Callable[[], Any],
    home: Home,
) -> Parity | LeftOut:
    """Compare a split's first features with those of a reference, the first engine that can run.

    Args:
        bridge: the bridge to the JVM.
        dump: the dump of the split.
        candidate: the engine of the split's features; any other of ``ENGINES`` is a reference.
        chunks: what is compared, one at least.
        ours: returns the table of the candidate's features of these chunks; it is called once the
            reference has its own.
        home: where the result is kept; a check that was passed is not made again.

    Raises:
        ParityError: the engines disagree, record and first node that differs are named; or all
            features are the same.
    """
    check = _Check(bridge, dump, candidate, chunks, ours, home)
    reasons = []
    for name in ENGINES:
        if name == candidate:
            continue
        if refusal := graph_refusal(name, bridge, dump):
            reasons.append(refusal)
            continue
        try:
            return check.against(name)
        except EngineError as error:
            reasons.append(str(error))
    result = LeftOut("; ".join(reasons))
    logger.info("check_parity: left out: %s", result.reason)
    return result


@dataclass(frozen=True)
class _Check:
    bridge: Bridge
    dump: Dump
    candidate: str
    chunks: Sequence[Chunk]
    ours: Callable[[], Any]
    home: Home

    def against(self, name: str) -> Parity:
        """Return the result with one engine as the reference, made now or before."""
        reference = ENGINES[name](self.bridge)
        recipe = {
            "format": _FORMAT,
            "features": features_digest(self.bridge, self.dump, self.candidate),
            "reference": reference.name,
            "reference_version": reference.version,
            "graph": self.dump.digests["graph"],
            "records": self._records,
        }
        make = partial(self._make, reference, digest_of(recipe))
        found = build(self.home.parity, recipe, make).path / PARITY
        parity = Parity(**read_json_file(found))
        logger.info(
            "check_parity: %s and %s agree on %d records, largest relative difference %.1e "
            "(at most %.1e passes)",
            self.candidate,
            reference.name,
            parity.records,
            parity.largest_relative_difference,
            parity.tolerance,
        )
        return parity

    def _make(self, reference: Engine, digest: str, folder: Path) -> None:
        theirs = self._extract(reference, digest)
        ours = rows_like(theirs, self.ours())
        require_all(min(theirs.num_rows, ours.num_rows), self._records, self.dump)
        difference = compare(Rows(self.candidate, ours), Rows(reference.name, theirs))
        if not difference.is_within(self.dump.tolerance):
            raise self._disagreement(difference, reference)
        if is_constant(ours) and self._pictures_differ():
            raise ParityError(
                f"check_parity: all {ours.num_rows} records have the same features, though their "
                "pictures differ: the network tells none from another; its checkpoint is damaged "
                "or was never trained"
            )
        parity = Parity(theirs.num_rows, difference.largest, self.dump.tolerance)
        write_json(folder / PARITY, parity.as_json())

    @property
    def _records(self) -> int:
        return sum(chunk.records for chunk in self.chunks)

    def _extract(self, reference: Engine, digest: str) -> Any:
        """Return the table of the reference's features."""
        # One task for a shard: other cores extract features meanwhile.
        chunks = joined(self.chunks)
        # Named after the recipe: the next try overwrites and deletes what a killed run leaves.
        rows = self.home.shared(self.home.parity) / f".{digest}.rows"
        self._require_memory(reference, len(chunks))
        try:
            written = reference.extract(chunks, self.dump, rows)
            require_all(count_records(written), self._records, self.dump)
            return load_tables(self.bridge, rows)
        except Exception:
            # Tasks of the failed job may still write, and training needs their cores.
            wait_for_tasks(self.bridge.spark)
            raise
        finally:
            self.bridge.files.delete(rows)

    def _require_memory(self, reference: Engine, tasks: int) -> None:
        try:
            MemoryCheck(self.bridge).require(reference.name, self.dump, tasks)
        except SetupError as error:
            raise UnavailableError(str(error)) from None

    def _pictures_differ(self) -> bool:
        parse = import_example().FromString
        records = self.bridge.records(self.chunks).collect()
        pictures = (parse(record).features.feature[IMAGE_ENCODED] for record in records)
        return len({picture.bytes_list.value[0] for picture in pictures}) > 1

    def _first_difference(self, worst: Origin, candidate: Engine, reference: Engine) -> str:
        try:
            return first_difference(self.dump, worst, candidate=candidate, reference=reference)
        except SetupError as error:
            # The driver's own memory may hold no second copy of a large network.
            return f"a node that could not be looked for ({error})"

    def _disagreement(self, difference: Difference, reference: Engine) -> ParityError:
        candidate, worst = ENGINES[self.candidate](self.bridge), difference.worst
        node = self._first_difference(worst, candidate, reference)
        return ParityError(
            f"check_parity: the engines {self.candidate} and {reference.name} differ by "
            f"{difference.largest:.1e}, expected at most {self.dump.tolerance:.1e}, first at "
            f"{node} of {worst}; {self.dump.path / TENSORS} and {self.dump.path / FROZEN} are not "
            "the same network, or an engine misreads it: dump again, and choose parity_records 0 "
            "to train all the same"
        )
