"""Course of the Spark job of ``graft score`` and of ``score_pictures``."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack

from tasks.datasets.names import counted
from tasks.params.scoring import ScoreConfig
from tasks.runs.job_error import by_hand_id, leaving_error
from tasks.scoring.outcome import clear_score, outcome_home, write_score
from tasks.scoring.record import ScoreRecord
from tasks.scoring.score import score_pictures
from tasks.spark.cluster import spark_cluster
from tasks.spark.executors import cluster_errors
from tasks.spark.parent_guard import guard_parents
from tasks.storage.local_files import make_folder, storage_errors
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)


def run(config: ScoreConfig) -> ScoreRecord:
    """Run the job and return the record of the scores.

    Raises:
        GraftError: see ``score_pictures``. The run's folder gets the error too, for a submitter
            that sees no exception.
    """
    guard_parents()
    home = Home.from_environ()
    run_id = config.run_id or by_hand_id()
    with leaving_error(outcome_home(home), run_id):
        clear_score(home, run_id)
        record = _score(config, home, run_id)
    write_score(home, run_id, record)
    for line in result_lines(record):
        logger.info("%s", line)
    return record


def _score(config: ScoreConfig, home: Home, run_id: str) -> ScoreRecord:
    with storage_errors(home.root):
        make_folder(home.root)
    with ExitStack() as stack:
        cluster = stack.enter_context(spark_cluster(f"graft score {run_id}"))
        stack.enter_context(cluster_errors(cluster.context))
        return score_pictures(cluster, config, home, run_id)


def result_lines(record: ScoreRecord) -> Iterator[str]:
    """Yield what a user wants to know of scores that are there."""
    if not record.reused:
        rate = f"{record.pictures_per_second:,.1f} pictures/s by the engine {record.engine}"
        earlier = f", {record.earlier_rows:,} by an earlier call" if record.earlier_rows else ""
        yield f"scored in {record.seconds:,.1f} s, {rate}{earlier}"
    version = f"version {record.version} of {record.name}, " if record.version else ""
    pictures = counted(record.rows, "picture")
    yield f"{pictures} by the model {record.model} ({version}{record.network})"
    shares = (f"{name} {count:,}" for name, count in record.classes.items() if count)
    yield f"  {', '.join([*shares, *([f'unusable {record.bad:,}'] if record.bad else [])])}"
    yield f"{record.scores} has the scores"
