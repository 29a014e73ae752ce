"""``make bench``: speed and memory of the job against TensorFlow alone and a plain script."""

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.inputs import Inputs, add_sources, prepare, scratch_home
from benchmarks.machine import describe_machine
from benchmarks.processes import local_submit, measure, metrics_of
from benchmarks.results import report, summarise
from tasks.networks.checkpoint import prefix_of
from tasks.params.definitions import RunParams
from tasks.spark.settings import TRAIN_JOB
from tasks.storage.paths import Home

# The job "checked" alone runs check_parity, because the plain script has no such step.
_UNCHECKED = ("--parity-records", "0")


def main() -> int:
    """Measure, print the ratios and write them to ``work/benchmarks/``."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    add_sources(parser)
    options = parser.parse_args()
    # The dump's batch size affects getRDD alone, which needs more than 4 GiB for batches of 32.
    params = RunParams(
        dataset_url=options.dataset, checkpoint_url=options.checkpoint, dump_batch_size=4
    )
    cores = os.cpu_count() or 1
    print(describe_machine())
    with scratch_home() as home:
        inputs = prepare(params, home)
        commands = _commands(inputs, params.network, cores)
        measured = {name: measure(command) for name, command in commands.items()}
        runs = ("cold", "tensorflow", "checked")
        metrics = {run: metrics_of(home, run, measured[run]) for run in runs}
    results = summarise(measured, metrics)
    print("\n".join(report(results)))
    print(f"\nwritten to {_write(results)}")
    return 0


def _commands(inputs: Inputs, network: str, cores: int) -> dict[str, list[str]]:
    """Return the commands to measure, in an order that keeps those of one ratio together."""
    python, prefix = [sys.executable, "-m"], str(prefix_of(inputs.checkpoint))
    chosen, threads = ["--network", network], ["--threads", str(cores)]
    submit = local_submit()
    train, validation = (str(path) for path in inputs.dumps)

    def job(run_id: str, *flags: str) -> list[str]:
        dumps = ["-t", train, "-v", validation]
        return [*submit, str(TRAIN_JOB), *dumps, "--run-id", run_id, *flags]

    return {
        "forward_only": [*python, "benchmarks.forward_only", prefix, *chosen, *threads],
        "cold": job("cold", *_UNCHECKED),
        "warm": job("warm", "--force", "true", *_UNCHECKED),
        "plain_script": [*python, "benchmarks.plain_script", str(inputs.dataset), prefix, *chosen],
        "tensorflow": job("tensorflow", "--feature-engine", "tensorflow", *_UNCHECKED),
        "checked": job("checked", "--force", "true"),
        "getrdd": [*submit, "benchmarks/getrdd.py", validation],
    }


def _write(results: dict[str, Any]) -> Path:
    path = Home.from_environ().root / "benchmarks" / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=2), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
