"""``make bench``: speed and memory of the job against TensorFlow alone and a plain script."""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.processes import Measured, measure
from tasks import steps
from tasks.networks.checkpoint import prefix_of
from tasks.params.definitions import RunParams
from tasks.runs.outcome import read_metrics
from tasks.storage.locations import Location
from tasks.storage.paths import CHECKOUT, Home

_FIXTURES = CHECKOUT.parent / "shared" / "fixtures"


def main() -> int:
    """Measure, print the ratios and write them to ``work/benchmarks/``."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    default = _FIXTURES.as_uri() if _FIXTURES.is_dir() else None
    parser.add_argument("--dataset", default=default and f"{default}/flowers.tar.gz")
    parser.add_argument(
        "--checkpoint", default=default and f"{default}/inception_v1_2016_08_28.tar.gz"
    )
    options = parser.parse_args()
    if not options.dataset or not options.checkpoint:
        parser.error("--dataset and --checkpoint take the URLs of the archives to measure on")
    with _scratch_home() as home:
        results = _measure(home, options.dataset, options.checkpoint)
    path = Home.from_environ().root / "benchmarks" / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=2), encoding="utf-8")
    print(f"\nwritten to {path}")
    return 0


@contextmanager
def _scratch_home() -> Iterator[Home]:
    """Yield an empty GRAFT_HOME, so that nothing measured is reused."""
    folder = Path(tempfile.mkdtemp(prefix="graft-bench-"))
    os.environ["GRAFT_HOME"] = str(folder)
    try:
        yield Home(folder)
    finally:
        shutil.rmtree(folder)
        del os.environ["GRAFT_HOME"]


def _measure(home: Home, dataset_url: str, checkpoint_url: str) -> dict[str, Any]:
    cores = os.cpu_count() or 1
    print(f"{platform.machine()}, {cores} cores, {_processor()}, {datetime.now(UTC):%Y-%m-%d}")
    # Batches of the dump matter to getRDD alone, which takes more than 4 GiB for 32.
    params = RunParams(dataset_url=dataset_url, checkpoint_url=checkpoint_url, dump_batch_size=4)
    archive = steps.download_dataset(params, home)
    dataset = steps.extract_dataset(archive.path, home).path
    checkpoint = steps.fetch_checkpoint(params, home).path
    dumps = [
        steps.dump(split, dataset, checkpoint, params, home).path
        for split in ("train", "validation")
    ]
    prefix = str(prefix_of(checkpoint))

    python, network = [sys.executable, "-m"], ["--network", params.network]
    forward = measure(
        [*python, "benchmarks.forward_only", prefix, *network, "--threads", str(cores)]
    )
    # The plain script checks nothing against another engine; what that costs is measured apart.
    unchecked = ("--parity-records", "0")
    cold = _job(dumps, "cold", cores, *unchecked)
    warm = _job(dumps, "warm", cores, "--force", "true", *unchecked)
    plain = measure([*python, "benchmarks.plain_script", str(dataset), prefix, *network])
    tensorflow = _job(dumps, "tensorflow", cores, "--feature-engine", "tensorflow", *unchecked)
    _job(dumps, "checked", cores, "--force", "true")
    getrdd = measure([*_submit(cores), "benchmarks/getrdd.py", str(dumps[1])])

    metrics = {run: _metrics(home, run) for run in ("cold", "tensorflow", "checked")}
    records = sum(metrics["cold"]["records"].values())
    rates = {
        "forward_only": float(forward.output.split()[-1]),
        "bigdl": records / metrics["cold"]["stages"]["features"],
        "tensorflow": records / metrics["tensorflow"]["stages"]["features"],
        "getrdd": float(getrdd.output.split()[-1]),
    }
    results = {
        "records": records,
        "images_per_second": rates,
        "seconds": {
            "job_cold": cold.seconds,
            "job_warm": warm.seconds,
            "job_cold_tensorflow": tensorflow.seconds,
            "plain_script": plain.seconds,
            "check_parity": metrics["checked"]["stages"]["parity"],
        },
        "stages_cold": metrics["cold"]["stages"],
        "top1": {
            "bigdl": metrics["cold"]["top1"],
            "tensorflow": metrics["tensorflow"]["top1"],
            "plain_script": float(plain.output.split()[-1]),
        },
        "largest_relative_difference": metrics["checked"]["parity"]["largest_relative_difference"],
        "ratios": {
            "bigdl_over_getrdd": rates["bigdl"] / rates["getrdd"],
            "bigdl_over_tensorflow": rates["bigdl"] / rates["tensorflow"],
            "features_over_forward": rates["bigdl"] / rates["forward_only"],
            "job_over_plain_script": cold.seconds / plain.seconds,
            "warm_over_cold": warm.seconds / cold.seconds,
        },
        "peak_mib": {"bigdl": cold.peak_lines(), "tensorflow": tensorflow.peak_lines()},
    }
    _report(results)
    return results


def _submit(cores: int) -> list[str]:
    return ["spark-submit", "--master", f"local[{cores}]", "--driver-memory", "4g"]


def _job(dumps: Sequence[Location], run_id: str, cores: int, *flags: str) -> Measured:
    train, validation = (str(path) for path in dumps)
    command = [*_submit(cores), str(CHECKOUT / "tasks" / "train_job.py"), "-t", train]
    return measure([*command, "-v", validation, "--run-id", run_id, *flags])


def _metrics(home: Home, run_id: str) -> dict[str, Any]:
    metrics = read_metrics(home, run_id)
    if metrics is None:
        raise RuntimeError(f"the job {run_id} left no metrics")
    return metrics


def _report(results: dict[str, Any]) -> None:
    print(f"{results['records']:,} records")
    rows = {
        "bigdl_over_getrdd": ("bigdl over BigDL's own getRDD", ">= 10"),
        "bigdl_over_tensorflow": ("bigdl over the tensorflow engine", ">= 0.50"),
        "features_over_forward": (
            "features, cold, over TensorFlow's forward pass alone",
            ">= 0.80",
        ),
        "job_over_plain_script": ("whole job, cold, over the plain script", "<= 1.00"),
        "warm_over_cold": ("job on cached features over cold", "<= 0.25"),
    }
    for key, (text, goal) in rows.items():
        print(f"{text:<54} {results['ratios'][key]:6.2f}  (goal {goal})")
    for title in ("images_per_second", "seconds", "stages_cold", "top1"):
        print(f"{title}: " + ", ".join(f"{k} {v:.4g}" for k, v in results[title].items()))
    print(f"largest relative difference {results['largest_relative_difference']:.1e}")
    for engine, lines in results["peak_mib"].items():
        print(f"peak resident memory of the cold job, {engine}")
        for line in lines:
            print(f"  {line}")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), "?")


if __name__ == "__main__":
    sys.exit(main())
