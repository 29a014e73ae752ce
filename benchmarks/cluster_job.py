"""Runs the job on a standalone cluster and measures it."""

from collections.abc import Sequence

from benchmarks.processes import Measured, measure, metrics_of
from benchmarks.standalone import Standalone
from tasks.runs.metrics import RunMetrics
from tasks.spark.settings import TRAIN_JOB
from tasks.storage.locations import Location
from tasks.storage.paths import Home

#: Workers of the cluster, of one core each.
WORKERS = 2


def submit_job(
    home: Home, cluster: Standalone, dumps: Sequence[Location], run_id: str, *flags: str
) -> tuple[RunMetrics, Measured]:
    """Run the job on a cluster; return its metrics and the measurement of its processes.

    Raises:
        RuntimeError: the job failed.
    """
    conf = {"spark.cores.max": WORKERS, "spark.executor.cores": 1, "spark.executor.memory": "2g"}
    measured = measure(
        [
            *("spark-submit", "--master", cluster.master, "--driver-memory", "1g"),
            *(part for key, value in conf.items() for part in ("--conf", f"{key}={value}")),
            *(str(TRAIN_JOB), "-t", str(dumps[0]), "-v", str(dumps[1])),
            *("--run-id", run_id, "--parity-records", "0", *flags),
        ],
        also=cluster.pids,
        SPARK_LOCAL_IP="127.0.0.1",
    )
    return metrics_of(home, run_id, measured), measured
