"""The course of a scoring: found, cut, what is there counted, the rest scored, and recorded."""

import logging
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from tasks.conversion.progress import counting
from tasks.conversion.store import PictureStore
from tasks.datasets.names import counted
from tasks.errors import DataError
from tasks.features.bridge import Bridge
from tasks.features.engines import ENGINES
from tasks.params.scoring import ScoreConfig
from tasks.scoring.counts import Counts
from tasks.scoring.destination import Destination, Present
from tasks.scoring.find import Found, cut, find_pictures
from tasks.scoring.model import TrainedModel, load_model
from tasks.scoring.part_task import PartTask, sum_results
from tasks.scoring.parts import Parts
from tasks.scoring.pictures import pictures_of
from tasks.scoring.place import readable
from tasks.scoring.plan import Plan
from tasks.scoring.record import ScoreRecord, score_record
from tasks.scoring.rows import Scorer
from tasks.spark.cluster import Cluster
from tasks.spark.errors import user_errors
from tasks.spark.files import HadoopFiles
from tasks.spark.python_worker import own_workers
from tasks.storage.locations import Location, expanded
from tasks.storage.manifest import digest_of
from tasks.storage.paths import Home
from tasks.storage.redaction import redact

logger = logging.getLogger(__name__)


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
    model = load_model(home, config.model, HadoopFiles.of(spark), name=config.name)
    with ExitStack() as stack, user_errors():
        pictures = stack.enter_context(readable(config.pictures_url, store, cluster, home))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = find_pictures(store, pictures.place, config, scratch)
        parts = cut(found)
        plan = _plan(config, found, parts, model, pictures.state)
        destination = Destination(store, _scores(config, plan, home), plan)
        if finished := destination.finished():
            logger.info("%s has all scores already", destination.path)
            return replace(finished, reused=True)
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
        destination.finish(record)
    return record


def _plan(
    config: ScoreConfig, found: Found, parts: Parts, model: TrainedModel, state: str | None
) -> Plan:
    engine = model.engine if config.feature_engine == "model" else config.feature_engine
    return Plan(
        pictures=redact(config.pictures_url),
        layout=found.source.layout,
        state=state or f"{found.listed.summary.state:016x}",
        model=model.digest,
        engine=engine,
        output=config.output,
        parts=parts.count,
    )


def _scores(config: ScoreConfig, plan: Plan, home: Home) -> Location:
    if config.scores_url:
        return expanded(config.scores_url)
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
        pictures, numbers = pictures_of(
            self.store, found, parts, present.parts, self.model.dump.max_side
        )
        answers = engine.answers(pictures, self.model.dump)
        scorer = Scorer(self.model.head, self.model.class_names, self.model.digest)
        total = found.source.total
        left = None if total is None else max(total - present.counts.pictures, 0)
        with counting(self.bridge.spark, "scored", left) as done:
            task = PartTask(
                self.bridge.spark.broadcast(scorer), self.plan.output, numbers, present.parts, done
            )
            elements = answers.mapPartitionsWithIndex(task)
            with own_workers(self.bridge.spark, "scores"):
                written = self.store.write(elements, self.destination.path)
            with user_errors():
                new = written.mapPartitions(sum_results).treeReduce(Counts.merge)
        return new.merge(present.counts), present
