"""``make bench``: speed and memory of the job against TensorFlow alone and a plain script."""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.processes import Measured, measure
from tasks import pipeline
from tasks.checkpoint import DESCRIPTION
from tasks.config import RunParams
from tasks.job_outcome import read_metrics
from tasks.paths import CHECKOUT, Home

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
    params = RunParams(dataset_url=dataset_url, checkpoint_url=checkpoint_url)
    archive = pipeline.download_dataset(params, home)
    dataset = pipeline.extract_dataset(archive.path, home).path
    checkpoint = pipeline.fetch_checkpoint(params, home).path
    dumps = [
        pipeline.dump(split, dataset, checkpoint, params, home).path
        for split in ("train", "validation")
    ]
    prefix = checkpoint / json.loads((checkpoint / DESCRIPTION).read_text())["checkpoint"]

    python = [sys.executable, "-m"]
    forward = measure([*python, "benchmarks.forward_only", str(prefix), "--threads", str(cores)])
    cold = _job(dumps, "cold", cores)
    warm = _job(dumps, "warm", cores, "--force", "true")
    plain = measure([*python, "benchmarks.plain_script", str(dataset), str(prefix)])

    rate = float(forward.output.split()[-1])
    metrics = read_metrics(home, "cold") or {}
    records = sum(metrics["records"].values())
    feature_rate = records / metrics["stages"]["features"]
    results = {
        "forward_only_images_per_second": rate,
        "features_cold_images_per_second": feature_rate,
        "job_cold_seconds": cold.seconds,
        "job_warm_seconds": warm.seconds,
        "plain_script_seconds": plain.seconds,
        "stages_cold": metrics["stages"],
        "top1": metrics["top1"],
        "plain_script_top1": float(plain.output.split()[-1]),
        "ratios": {
            "features_over_forward": feature_rate / rate,
            "job_over_plain_script": cold.seconds / plain.seconds,
            "warm_over_cold": warm.seconds / cold.seconds,
        },
        "peak_mib": cold.peak_lines(),
    }
    _report(results, records)
    return results


def _job(dumps: list[Path], run_id: str, cores: int, *flags: str) -> Measured:
    train, validation = (str(path) for path in dumps)
    command = ["spark-submit", "--master", f"local[{cores}]", "--driver-memory", "4g"]
    command += [str(CHECKOUT / "tasks" / "train_job.py"), "-t", train, "-v", validation]
    return measure([*command, "--run-id", run_id, *flags])


def _report(results: dict[str, Any], records: int) -> None:
    ratios = results["ratios"]
    print(f"{records:,} records, top-1 {results['top1']:.4f}")
    print(f"stages, seconds: {results['stages_cold']}")
    rows = (
        (
            "features, cold, over TensorFlow's forward pass alone",
            "features_over_forward",
            ">= 0.80",
        ),
        ("whole job, cold, over the plain script", "job_over_plain_script", "<= 1.00"),
        ("job on cached features over cold", "warm_over_cold", "<= 0.25"),
    )
    for text, key, goal in rows:
        print(f"{text:<54} {ratios[key]:5.2f}  (goal {goal})")
    for key, value in results.items():
        if isinstance(value, float):
            print(f"  {key:<34} {value:8.2f}")
    print("peak resident memory of the cold job")
    for line in results["peak_mib"]:
        print(f"  {line}")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), "?")


if __name__ == "__main__":
    sys.exit(main())
