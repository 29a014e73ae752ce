"""``make bench-scale``: time and memory of the job on a cluster, for 1, 4 and 10 times the data."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.cluster_job import WORKERS, submit_job
from benchmarks.inputs import add_sources, dump_splits, scratch_home
from benchmarks.processes import Measured
from benchmarks.repeated import cut_archive, repeat_dataset
from benchmarks.standalone import standalone
from tasks import steps
from tasks.download.download import downloaded_file
from tasks.evaluation.interval import accuracy_text
from tasks.params.definitions import RunParams
from tasks.runs.metrics import RunMetrics
from tasks.storage.paths import Home

_SCALES = (1, 4, 10)
_STAGES = ("features", "training", "export")
# The most time over the records' ratio, and the most memory of the driver over that at 1x.
_TIME_GOAL = 1.03
_MEMORY_GOAL = 1.10


def main() -> int:
    """Measure every scale and print its time and memory, then the goals."""
    parser = argparse.ArgumentParser(prog="make bench-scale", description=__doc__)
    add_sources(parser)
    parser.add_argument("--base", type=int, help="records of 1x (default: all)")
    options = parser.parse_args()
    params = RunParams(dataset_url=options.dataset, checkpoint_url=options.checkpoint)
    with scratch_home() as home:
        _report(_measure(home, params, options.base))
    return 0


def _measure(home: Home, params: RunParams, base: int | None) -> dict[int, dict[str, Any]]:
    dataset = _dataset(home, params, base)
    checkpoint = steps.fetch_checkpoint(params, home).path
    results = {}
    for times in _SCALES:
        repeated = repeat_dataset(dataset, times, home.datasets / f"repeated-{times}")
        dumps = dump_splits(repeated, checkpoint, params, home)
        # A new cluster for each scale, because processes keep memory of the scale before.
        with standalone(WORKERS, "3g") as cluster:
            results[times] = _result(*submit_job(home, cluster, dumps, f"{times}x"))
        _print_scale(times, results[times], results[1])
    return results


def _dataset(home: Home, params: RunParams, base: int | None) -> Path:
    """Return the folder of the data set at 1x."""
    archive = steps.download_dataset(params, home).path
    if base:
        with tempfile.TemporaryDirectory() as folder:
            url = cut_archive(downloaded_file(archive), base, Path(folder)).as_uri()
            cut = params.model_copy(update={"dataset_url": url})
            archive = steps.download_dataset(cut, home).path
    return steps.extract_dataset(archive, params, home).path


def _result(metrics: RunMetrics, measured: Measured) -> dict[str, Any]:
    return {
        "records": sum(metrics.records),
        "stages": {stage: metrics.stages[stage] for stage in _STAGES},
        "top1": metrics.top1,
        "validation": metrics.records.validation,
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
    accuracy = accuracy_text(result["top1"], result["validation"])
    print(f"    top-1 {accuracy}; peak resident memory, the largest process of each kind")
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
