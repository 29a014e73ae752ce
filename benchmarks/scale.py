"""``make bench-scale``: the job on a cluster, on 1, 4 and 10 times the records."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.processes import Measured, measure
from benchmarks.repeated import cut_archive, repeat_dataset
from benchmarks.standalone import Standalone, standalone
from deploy.environment import environment, write_spark_defaults
from tasks import steps
from tasks.params.definitions import RunParams
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import read_metrics
from tasks.storage.locations import Location
from tasks.storage.paths import CHECKOUT, Home

_ARCHIVES = {"dataset": "flowers.tar.gz", "checkpoint": "inception_v1_2016_08_28.tar.gz"}
_SCALES = (1, 4, 10)
_STAGES = ("features", "training", "export")
_WORKERS = 2
# Times at most this much the records' ratio, and the driver at most this much more memory.
_TIME_GOAL = 1.03
_MEMORY_GOAL = 1.10


def main() -> int:
    """Measure every scale and print what it took, then the goals."""
    parser = argparse.ArgumentParser(prog="make bench-scale", description=__doc__)
    add_sources(parser)
    parser.add_argument("--base", type=int, help="records of 1x (default: all)")
    options = parser.parse_args()
    params = RunParams(dataset_url=options.dataset, checkpoint_url=options.checkpoint)
    with scratch_home() as home:
        _report(_measure(home, params, options.base))
    return 0


@contextmanager
def scratch_home() -> Iterator[Home]:
    """Yield an empty GRAFT_HOME, with all that ``env.sh`` sets for it in this process."""
    with tempfile.TemporaryDirectory(prefix="graft-scale-") as folder:
        os.environ.update(environment({**os.environ, "GRAFT_HOME": folder}))
        home = Home.from_environ()
        write_spark_defaults(home)
        yield home


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add the flags for the archives to measure on; needed where there are no fixtures."""
    for name, file in _ARCHIVES.items():
        path = CHECKOUT.parent / "shared" / "fixtures" / file
        default = path.as_uri() if path.is_file() else None
        parser.add_argument(f"--{name}", default=default, required=not default, help="its URL")


def _measure(home: Home, params: RunParams, base: int | None) -> dict[int, dict[str, Any]]:
    archive = steps.download_dataset(params, home).path
    if base:
        path = next(p for p in archive.iterdir() if p.suffix != ".json")
        with tempfile.TemporaryDirectory() as folder:
            url = cut_archive(path, base, Path(folder)).as_uri()
            cut = params.model_copy(update={"dataset_url": url})
            archive = steps.download_dataset(cut, home).path
    dataset = steps.extract_dataset(archive, home).path
    checkpoint = steps.fetch_checkpoint(params, home).path
    results = {}
    for times in _SCALES:
        repeated = repeat_dataset(dataset, times, home.datasets / f"repeated-{times}")
        dumps = [
            steps.dump(split, repeated, checkpoint, params, home).path
            for split in ("train", "validation")
        ]
        # A cluster of its own each: what the one before left would count for the next.
        with standalone(_WORKERS, "3g") as cluster:
            results[times] = _result(*submit_job(home, cluster, dumps, f"{times}x"))
        _print_scale(times, results[times], results[1])
    return results


def submit_job(
    home: Home, cluster: Standalone, dumps: Sequence[Location], run_id: str, *flags: str
) -> tuple[RunMetrics, Measured]:
    """Run the job on a cluster and return its metrics, and what its processes took.

    Raises:
        RuntimeError: it failed.
    """
    conf = {"spark.cores.max": _WORKERS, "spark.executor.cores": 1, "spark.executor.memory": "2g"}
    measured = measure(
        [
            *("spark-submit", "--master", cluster.master, "--driver-memory", "1g"),
            *(part for key, value in conf.items() for part in ("--conf", f"{key}={value}")),
            *(str(CHECKOUT / "tasks" / "train_job.py"), "-t", str(dumps[0]), "-v", str(dumps[1])),
            *("--run-id", run_id, "--parity-records", "0", *flags),
        ],
        also=cluster.pids,
        SPARK_LOCAL_IP="127.0.0.1",
    )
    metrics = read_metrics(home, run_id)
    if metrics is None:
        raise RuntimeError(f"the job {run_id} left no metrics:\n{measured.output[-2000:]}")
    return metrics, measured


def _result(metrics: RunMetrics, measured: Measured) -> dict[str, Any]:
    return {
        "records": sum(metrics.records),
        "stages": {stage: metrics.stages[stage] for stage in _STAGES},
        "top1": metrics.top1,
        "peaks": _peaks(measured),
    }


def _peaks(measured: Measured) -> dict[str, float]:
    """Return the largest process of each role, MiB."""
    roles = sorted({role for role, _ in measured.peaks})
    return {r: max(m for (role, _), m in measured.peaks.items() if role == r) for r in roles}


def _print_scale(times: int, result: dict[str, Any], first: dict[str, Any]) -> None:
    seconds, records = sum(result["stages"].values()), result["records"]
    ratio = seconds / records / (sum(first["stages"].values()) / first["records"])
    stages = ", ".join(f"{stage} {value:.1f} s" for stage, value in result["stages"].items())
    print(f"{times}x: {records:,} records, {stages}; {seconds:.1f} s in all")
    print(f"    {1000 * seconds / records:.2f} ms a record, {ratio:.2f} of 1x")
    print(f"    top-1 {result['top1']:.4f}; peak resident memory, the largest process of each kind")
    for role, peak in result["peaks"].items():
        print(f"      {role:<14} {peak:>7,.0f} MiB", flush=True)


def _report(results: dict[int, dict[str, Any]]) -> None:
    first, last = results[_SCALES[0]], results[_SCALES[-1]]
    times = sum(last["stages"].values()) / sum(first["stages"].values())
    records = last["records"] / first["records"]
    goal = records * _TIME_GOAL
    print(f"{records:.0f}x records take {times:.2f}x the time of the stages (goal <= {goal:.1f})")
    for role in ("driver JVM", "driver Python"):
        grown = last["peaks"][role] / first["peaks"][role]
        print(f"the {role}'s peak is {grown:.2f} of that at 1x (goal <= {_MEMORY_GOAL:.2f})")


if __name__ == "__main__":
    sys.exit(main())
