"""``make bench-head``: heads on the same features, by Graft and by scikit-learn, over five splits.

The features of all records are made once per network and kept below GRAFT_HOME. The records are
then split anew for every seed, and the validation part has no say in any training.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.head_table import distributed_lines, lines
from benchmarks.inputs import fixture, prepare
from benchmarks.machine import describe_machine
from benchmarks.processes import local_submit, measure, metrics_of
from deploy.spark_conf_dir import write_spark_defaults
from tasks.params.definitions import RunParams
from tasks.spark.settings import TRAIN_JOB
from tasks.storage.paths import Home

#: Name of every set of features: network, archive of its weights, archive of the pictures.
SETS: Mapping[str, tuple[str, str, str]] = {
    "kinetics": ("inception_v1", "inception_v1_kinetics.tar.gz", "flowers_227.tar.gz"),
    "mobilenet": ("mobilenet_v1", "mobilenet_v1_1.0_224.tgz", "flowers_227.tar.gz"),
    "random": ("inception_v1", "inception_v1_2016_08_28.tar.gz", "flowers.tar.gz"),
}
_RUN = "bench-head"


def main() -> int:
    """Measure every set and print its tables."""
    parser = argparse.ArgumentParser(prog="make bench-head", description=__doc__)
    parser.add_argument("--sets", default=" ".join(SETS), help=f"of {', '.join(SETS)}")
    parser.add_argument("--seeds", type=int, default=5, help="splits of the records")
    parser.add_argument(
        "--distributed", action="store_true", help="compare what trains on Spark, on one split"
    )
    options = parser.parse_args()
    home = Home.from_environ()
    write_spark_defaults(home)
    print(describe_machine())
    for name in options.sets.split():
        folders = _features(home, name)
        if folders is None:
            print(f"{name}: its archives are not beside this checkout")
            continue
        once = str(Path(__file__).with_name("head_once.py"))
        how = ["--distributed"] if options.distributed else ["--seeds", str(options.seeds)]
        done = measure([*local_submit(), once, *how, *folders])
        found: Any = json.loads(next(x for x in done.output.splitlines() if x.startswith("{")))
        shown = distributed_lines if options.distributed else lines
        print("\n".join(["", name, "", *shown(found)]), flush=True)
    return 0


def _features(home: Home, name: str) -> list[str] | None:
    """Return the folders of the features of both splits, None where an archive is missing."""
    network, weights, pictures = SETS[name]
    dataset, checkpoint = fixture(pictures), fixture(weights)
    if dataset is None or checkpoint is None:
        return None
    params = RunParams(dataset_url=dataset, checkpoint_url=checkpoint, network=network)
    train, validation = (str(path) for path in prepare(params, home).dumps)
    run_id = f"{_RUN}-{name}"
    job = [str(TRAIN_JOB), "-t", train, "-v", validation, "--run-id", run_id]
    quick = ["--epochs", "1", "--parity-records", "0"]
    metrics = metrics_of(home, run_id, measure([*local_submit(), *job, *quick]))
    return [str(features.path) for features in metrics.features]


if __name__ == "__main__":
    sys.exit(main())
