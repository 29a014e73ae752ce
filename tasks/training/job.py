"""The job's course: features, training, predictions, export; metrics are written last."""

import importlib.metadata
import json
import logging
import platform
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from tasks.dumps.description import Dump, read_dump
from tasks.errors import DataError, GraftError, StorageError
from tasks.features.extraction import extract_features
from tasks.features.parity import Parity, check_parity
from tasks.models.export import export_head
from tasks.models.predictions import write_predictions
from tasks.params.definitions import JobConfig
from tasks.runs.outcome import METRICS, MODEL_FORMAT, clear_outcome, write_error, write_metrics
from tasks.spark.cluster import Cluster, spark_cluster
from tasks.spark.executors import cluster_errors, wait_for_executors
from tasks.spark.files import HadoopFiles
from tasks.spark.parent_guard import guard_parents
from tasks.storage.artifact import Artifact, LocalArtifact, build, digest_of
from tasks.storage.files import LOCAL, Files
from tasks.storage.local_files import write_json
from tasks.storage.locations import Location, RemotePath, location
from tasks.storage.paths import Home
from tasks.training.optimizer_log import OPTIMIZER_LOG, Epoch
from tasks.training.plan import Plan, plan_training
from tasks.training.train import Trained, train

logger = logging.getLogger(__name__)

_PACKAGES = ("pyspark", "bigdl-dllib-spark3", "tensorflow-cpu", "numpy", "pyarrow")


@dataclass(frozen=True)
class Stages:
    """Seconds of every stage of a job, in the order in which they ended."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Time the stage ``name``."""
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 3)


def run(config: JobConfig) -> Path:
    """Train what ``config`` says and return the folder of the run.

    Raises:
        GraftError: the dumps do not go together, or a record cannot be read. The run's folder
            says so too, for a submitter that sees no exception.
    """
    guard_parents()
    home = Home.from_environ()
    run_id = config.run_id or f"by_hand__{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}"
    clear_outcome(home, run_id)
    try:
        model = _train(config, home, run_id)
    except GraftError as error:
        # Where not even this can be written, the first error is still the one to tell.
        with suppress(StorageError):
            write_error(home, run_id, error)
        raise
    metrics = json.loads((model.path / METRICS).read_text(encoding="utf-8"))
    write_metrics(home, run_id, {"run_id": run_id, "model": model.as_dict(), **metrics})
    logger.info(
        "top-1 accuracy %.4f on %d validation records after %d epochs; model, metrics and "
        "predictions in %s",
        metrics["top1"],
        metrics["records"]["validation"],
        config.epochs,
        model.path,
    )
    return home.run(run_id)


def _train(config: JobConfig, home: Home, run_id: str) -> LocalArtifact:
    dumps = [location(d) for d in (config.train_dump, config.validation_dump)]
    remote = home.remote is not None or any(isinstance(d, RemotePath) for d in dumps)
    # Local ones before Spark takes its seconds to start, remote ones through its JVM.
    pipelines = [] if remote else _read_pair(dumps, LOCAL)
    stages = Stages()
    with ExitStack() as stack:
        with stages.timed("spark"):
            cluster = stack.enter_context(spark_cluster(f"graft {run_id}"))
        stack.enter_context(cluster_errors(cluster.context))
        pipelines = pipelines or _read_pair(dumps, HadoopFiles.of(cluster.context))
        plan = plan_training(config, pipelines, cluster)
        job = Job(config, home, pipelines, cluster, plan, stages)
        recipe = job.recipe(run_id)
        snapshots = home.snapshots / digest_of(recipe)
        model = build(home.models, recipe, partial(job.make, snapshots))
        shutil.rmtree(snapshots, ignore_errors=True)
        return model


def _read_pair(dumps: Sequence[Location], files: Files) -> list[Dump]:
    pipelines = [read_dump(dump, files) for dump in dumps]
    require_pair(*pipelines)
    return pipelines


def require_pair(train_dump: Dump, validation_dump: Dump) -> None:
    """Raise a ``DataError`` unless a head trained on one dump can be measured on the other."""
    for pipeline, split in ((train_dump, "train"), (validation_dump, "validation")):
        if pipeline.split != split:
            raise DataError(
                f"{pipeline.path} is a dump of the {pipeline.split} split, expected {split}"
            )
    for name in ("class_names", "network", "feature_size"):
        ours, theirs = getattr(train_dump, name), getattr(validation_dump, name)
        if ours != theirs:
            raise DataError(
                f"the dumps do not go together: {name} is {ours} in {train_dump.path} and "
                f"{theirs} in {validation_dump.path}"
            )
    if train_dump.digests["weights"] != validation_dump.digests["weights"]:
        raise DataError(
            f"the dumps do not go together: {train_dump.path} and {validation_dump.path} were "
            "made from different checkpoints"
        )


@dataclass(frozen=True)
class Job:
    """One job on a started cluster; ``make`` writes the model's artefact."""

    config: JobConfig
    home: Home
    pipelines: Sequence[Dump]
    cluster: Cluster
    plan: Plan
    stages: Stages

    def recipe(self, run_id: str) -> dict[str, Any]:
        """Return all that the trained head depends on."""
        return {
            "format": MODEL_FORMAT,
            "dumps": [pipeline.digests for pipeline in self.pipelines],
            "training": {**self.config.decisive(), "batch_size": self.plan.batch_size},
            "optimizer": self.plan.optimizer,
            "cores": self.plan.cores,
            "forced_by": run_id if self.config.force else None,
        }

    def make(self, snapshots: Path, folder: Path) -> None:
        """Extract features, train, predict and export into an empty folder.

        Args:
            snapshots: what a try that was killed left of its training, and this one will.
            folder: gets the model's files.
        """
        context = self.cluster.context
        class_names = self.pipelines[0].class_names
        with self.stages.timed("features"):
            features = extract_features(
                context, self.pipelines, self.config.feature_engine, self.home
            )
        with self.stages.timed("parity"):
            parity = self._check_parity(features[1])
        # One that was lost while features were extracted may be back by now.
        wait_for_executors(context, self.cluster.executors)
        with self.stages.timed("training"):
            paths = [artifact.path for artifact in features]
            trained = train(
                context,
                paths,
                len(class_names),
                self.config,
                self.plan,
                snapshots,
                feature_size=self.pipelines[0].feature_size,
            )
            shutil.copyfile(snapshots / OPTIMIZER_LOG, folder / OPTIMIZER_LOG)
        with self.stages.timed("export"), ThreadPoolExecutor() as pool:
            # One waits for Python workers, the other for the JVM.
            exported = pool.submit(export_head, context, trained.head, class_names, folder)
            top1 = write_predictions(context, paths[1], trained.head, class_names, folder)
            exported.result()
        _compare(top1, trained.epochs[-1])
        write_json(folder / METRICS, self._metrics(features, parity, trained, top1))

    def _check_parity(self, features: Artifact) -> Parity | None:
        if not self.config.parity_records:
            return None
        return check_parity(
            self.cluster.context,
            self.pipelines[1],
            self.config.feature_engine,
            features,
            self.config.parity_records,
            self.home,
        )

    def _metrics(
        self,
        features: Sequence[Artifact],
        parity: Parity | None,
        trained: Trained,
        top1: float,
    ) -> dict[str, Any]:
        splits = [pipeline.split for pipeline in self.pipelines]
        return {
            "top1": top1,
            "epochs": [epoch.as_dict() for epoch in trained.epochs],
            "resumed_after_epochs": trained.resumed_after,
            "stages": self.stages.seconds,
            "records": {p.split: p.records for p in self.pipelines},
            "class_names": self.pipelines[0].class_names,
            "network": self.pipelines[0].network,
            "config": self.config.model_dump(mode="json"),
            "plan": {**vars(self.plan), "master": self.cluster.master},
            "dumps": {p.split: str(p.path) for p in self.pipelines},
            "features": dict(zip(splits, (a.as_dict() for a in features), strict=True)),
            "parity": parity and asdict(parity),
            "digests": {p.split: p.digests for p in self.pipelines},
            "versions": {name: importlib.metadata.version(name) for name in _PACKAGES},
            "python": platform.python_version(),
            "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }


def _compare(top1: float, last: Epoch) -> None:
    """Say so when the exported head and BigDL's model disagree on validation records."""
    if round(top1 * last.count) != last.correct:
        logger.warning(
            "the exported head is right on %d of %d validation records, BigDL's model was on %d: "
            "the others lie within rounding of a boundary between classes",
            round(top1 * last.count),
            last.count,
            last.correct,
        )
