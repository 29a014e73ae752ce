"""Course of the Spark job: from two dumps to the metrics of a run."""

import logging
import shutil
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tasks.datasets.pair import Pair
from tasks.dumps.description import GRAPH, Dump
from tasks.dumps.engine_choice import choose_engine
from tasks.models.recipe import Recipe, inputs_of
from tasks.params.definitions import JobConfig
from tasks.runs.engine_record import EngineRecord
from tasks.runs.job_error import by_hand_id, leaving_error
from tasks.runs.outcome import clear_outcome, write_metrics
from tasks.spark.cluster import spark_cluster
from tasks.spark.executors import cluster_errors
from tasks.spark.files import HadoopFiles
from tasks.spark.jvm import require_same_folder
from tasks.spark.parent_guard import guard_parents
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.files import LOCAL, Files
from tasks.storage.local_files import make_folder, storage_errors
from tasks.storage.locations import Location, RemotePath, location
from tasks.storage.manifest import digest_of
from tasks.storage.paths import Home
from tasks.storage.redaction import redact
from tasks.training.dump_pair import read_dumps
from tasks.training.excluding import read_list
from tasks.training.model import ModelMaker, model_files
from tasks.training.plan import plan_training
from tasks.training.result import log_result, metrics_of_run
from tasks.training.stages import Stages

logger = logging.getLogger(__name__)


def run(config: JobConfig) -> Path:
    """Run the job and return the folder of the run.

    Raises:
        GraftError: the dumps do not go together, or a record cannot be read. The run's folder gets
            the error too, for a submitter that sees no exception.
    """
    guard_parents()
    home = Home.from_environ()
    run_id = config.run_id or by_hand_id()
    clear_outcome(home, run_id)
    with leaving_error(home, run_id):
        model, engine = _find_or_make_model(config, home, run_id)
        metrics = metrics_of_run(model, engine, home, run_id)
    write_metrics(home, run_id, metrics)
    log_result(metrics)
    return home.run(run_id)


def _find_or_make_model(
    config: JobConfig, home: Home, run_id: str
) -> tuple[LocalArtifact, EngineRecord]:
    folders = Pair(location(config.train_dump), location(config.validation_dump))
    exclude = read_list(config.exclude, home)
    # The metrics hold the params, and a URL may hold a password.
    config = config.model_copy(update={"exclude": config.exclude and redact(config.exclude)})
    # Local dumps are checked before Spark takes its seconds to start, remote ones through its JVM.
    found = None if _is_remote(home, folders) else _read(config, folders, LOCAL)
    stages = Stages()
    with ExitStack() as stack:
        with stages.timed("spark"):
            cluster = stack.enter_context(spark_cluster(f"graft {run_id}"))
        spark = cluster.context
        stack.enter_context(cluster_errors(spark))
        with storage_errors(home.root):
            make_folder(home.root)
        require_same_folder(spark._jvm, home.root)
        dumps, engine = found or _read(config, folders, HadoopFiles.of(spark))
        config = config.resolved().with_engine(engine.name)
        plan = plan_training(config, dumps, cluster)
        digests = dumps.map(lambda dump: dump.digests)
        inputs = inputs_of(config, digests, exclude.digest if exclude else None)
        recipe = Recipe(inputs, plan, run_id if config.force else None).as_json()
        snapshots = home.snapshots / digest_of(recipe)
        maker = ModelMaker(config, home, dumps, cluster, plan, stages, exclude)
        needs = model_files(dumps, exclude)
        model = build(home.models, recipe, partial(maker.make, snapshots), needs=needs)
        shutil.rmtree(snapshots, ignore_errors=True)
        return model, engine


def _read(
    config: JobConfig, folders: Pair[Location], files: Files
) -> tuple[Pair[Dump], EngineRecord]:
    """Return the dumps, and the engine that runs both: their networks are the same."""
    dumps = read_dumps(folders, files)
    train = dumps.train
    engine = choose_engine(
        config.feature_engine, image_size=train.image_size, graph=files.read(train.path / GRAPH)
    )
    logger.info("feature engine: %s", engine.clause())
    return dumps, engine


def _is_remote(home: Home, folders: Pair[Location]) -> bool:
    return home.remote is not None or any(isinstance(folder, RemotePath) for folder in folders)
