"""The course of a scoring: found, cut, what is there counted, the rest scored, and recorded."""

import json
import logging
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from tasks.conversion.found import find_source
from tasks.conversion.progress import counting
from tasks.conversion.store import BYTES, FILE, RESULT, PictureStore
from tasks.datasets.names import counted
from tasks.datasets.source_list import ListSource
from tasks.datasets.source_loose import LooseSource
from tasks.datasets.source_parquet import ParquetSource
from tasks.datasets.source_tfrecord import TfrecordSource
from tasks.errors import DataError
from tasks.features.answer import parse_answer
from tasks.features.bridge import Bridge
from tasks.features.engines import ENGINES
from tasks.params.scoring import ScoreConfig, ScoreFormat
from tasks.runs.typed_json import from_json
from tasks.scoring.counts import Counts
from tasks.scoring.destination import Destination, Plan, Present
from tasks.scoring.model import TrainedModel, load_model
from tasks.scoring.part_file import PartWriter, part_name
from tasks.scoring.parts import Parts, cut_files, cut_pictures
from tasks.scoring.pictures import Found, Passing, pickled, pictures_of
from tasks.scoring.place import readable
from tasks.scoring.record import ScoreRecord, score_record
from tasks.scoring.rows import Scorer, score_rows
from tasks.spark.cluster import Cluster
from tasks.spark.errors import user_errors
from tasks.spark.files import HadoopFiles
from tasks.spark.python_worker import settle_once
from tasks.storage.locations import Location, location
from tasks.storage.manifest import digest_of
from tasks.storage.paths import Home
from tasks.storage.redaction import redact

logger = logging.getLogger(__name__)

_BATCH = 64


def score_pictures(cluster: Cluster, config: ScoreConfig, home: Home, run_id: str) -> ScoreRecord:
    """Score pictures with executors and return the record of it.

    Args:
        cluster: the Spark that scores.
        config: pictures, model and destination.
        home: where models are.
        run_id: the run that asks.

    Raises:
        DataError: there are no pictures, or more of them than ``max_bad`` cannot be used.
        EngineError: the engine cannot run the network.
        ParamsError: there is no such model, or something else at the destination.
        StorageError: the destination cannot be written.
    """
    started = time.monotonic()
    spark = cluster.context
    store, bridge = PictureStore(spark), Bridge(spark)
    model = load_model(home, config.model, HadoopFiles.of(spark))
    engine = model.engine if config.feature_engine == "model" else config.feature_engine
    with ExitStack() as stack, user_errors():
        pictures = stack.enter_context(readable(config.pictures_url, store, cluster, home))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = _find(store, pictures.place, config, scratch)
        parts = _cut(found)
        plan = Plan(
            pictures=redact(config.pictures_url),
            layout=found.source.layout,
            state=pictures.state or f"{found.listed.summary.state:016x}",
            model=model.digest,
            engine=engine,
            output=config.output,
            parts=parts.count,
        )
        destination = Destination(store, _scores(config, plan, home), plan)
        if (content := destination.finished()) is not None:
            logger.info("%s has all scores already", destination.path)
            return replace(from_json(ScoreRecord, content), reused=True)
        work = _Scoring(store, bridge, model, destination, plan)
        counts, present = work.run(found, parts)
        _require_good(counts, config.max_bad, destination.path)
        record = score_record(
            plan,
            model,
            counts,
            scores=str(destination.path),
            earlier=present.counts.pictures,
            seconds=time.monotonic() - started,
            run_id=run_id,
        )
        destination.finish(record.as_json())
    return record


def _find(store: PictureStore, place: Location, config: ScoreConfig, scratch: Path) -> Found:
    try:
        root, listed, _, source = find_source(
            store, place, config.data_layout, scratch, labelled=False
        )
    except DataError as error:
        raise DataError(f"{redact(config.pictures_url)}: {error}") from error
    logger.info("%s: read as layout %s", redact(config.pictures_url), source.layout)
    return Found(source, listed, root)


def _cut(found: Found) -> Parts:
    source = found.source
    if isinstance(source, ListSource | LooseSource):
        return cut_pictures(source.total)
    if isinstance(source, ParquetSource | TfrecordSource):
        return cut_files(source.files, found.listed.summary.sizes)
    raise TypeError(source)


def _scores(config: ScoreConfig, plan: Plan, home: Home) -> Location:
    if config.scores_url:
        found = location(config.scores_url)
        return found.expanduser() if isinstance(found, Path) else found
    return home.shared(home.scores) / digest_of(plan.as_json())


def _require_good(counts: Counts, max_bad: float | None, path: Location) -> None:
    if not counts.pictures:
        raise DataError(f"there is no picture to score; {path} has empty files")
    if not counts.bad:
        return
    told = "; ".join(f"{name!r} {error}" for name, error in counts.examples)
    more = ", ..." if counts.bad > len(counts.examples) else ""
    line = f"{counts.bad:,} of {counted(counts.pictures, 'picture')} cannot be used: {told}{more}"
    if max_bad is not None and counts.bad > max_bad * counts.pictures:
        raise DataError(
            f"{line}; max_bad lets {max_bad:g} of them pass; the rows with an error in {path} name "
            "all, and a call with a larger max_bad goes on from there"
        )
    logger.warning("%s", line)


@dataclass(frozen=True)
class _Scoring:
    """The work on the parts that are missing."""

    store: PictureStore
    bridge: Bridge
    model: TrainedModel
    destination: Destination
    plan: Plan

    def run(self, found: Found, parts: Parts) -> tuple[Counts, Present]:
        """Score the missing parts; return the counts of all, and what was there before."""
        engine = ENGINES[self.plan.engine](self.bridge)
        self.destination.begin()
        present = self.destination.present(self.model.class_names)
        if present.parts:
            logger.info(
                "%s of %s are there already: %s",
                f"{len(present.parts):,}",
                counted(parts.count, "part"),
                counted(present.counts.pictures, "picture"),
            )
        if len(present.parts) == parts.count:
            return present.counts, present
        pictures, numbers = pictures_of(self.store, found, parts, present.parts)
        answers = engine.answers(pictures, self.model.dump)
        scorer = Scorer(self.model.head, self.model.class_names, self.model.digest)
        total = found.source.total
        left = None if total is None else max(total - present.counts.pictures, 0)
        with counting(self.bridge.spark, "scored", left) as done:
            task = _PartTask(
                self.bridge.spark.broadcast(scorer), self.plan.output, numbers, present.parts, done
            )
            elements = answers.mapPartitionsWithIndex(task)
            written = self.store.write(elements, self.destination.path)
            with user_errors():
                new = written.mapPartitions(_sum).treeReduce(Counts.merge)
        return new.merge(present.counts), present


@dataclass(frozen=True)
class _PartTask:
    """What a Python worker does with the answers about a part: it yields the part's file."""

    scorer: Any
    output: ScoreFormat
    numbers: list[int]
    present: frozenset[int]
    done: Any

    def __call__(self, index: int, elements: Iterable[bytes]) -> Iterator[bytes]:
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


def _sum(results: Iterable[bytes]) -> Iterator[Counts]:
    counts = Counts()
    for result in results:
        counts.merge(Counts.from_json(json.loads(result)))
    yield counts
