"""``make bench-networks``: parity, speed and memory of both engines, network by network.

Each network gets random weights with calibrated batch normalisation, as in the bundled sample.
Where real weights are at hand, the accuracy of a head on photographs follows.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.inputs import fixture, prepare, scratch_home
from benchmarks.machine import describe_machine
from benchmarks.network_table import (
    HEADER,
    Accuracy,
    Measurement,
    accuracy_line,
    conclusion,
    row,
)
from benchmarks.processes import Measured, local_submit, measure, metrics_of
from tasks.datasets.dataset import TRAIN
from tasks.errors import ParamsError
from tasks.networks.network import Network
from tasks.networks.registry import get_network
from tasks.networks.table import NETWORKS
from tasks.params.definitions import RunParams
from tasks.runs.metrics import RunMetrics
from tasks.spark.settings import TRAIN_JOB
from tasks.storage.paths import Home

#: One network of each kind, depth and width that differ in what they ask of the engines.
DEFAULT = (
    *("inception_v1", "inception_v2", "inception_v3", "resnet_v1_50", "resnet_v1_152"),
    *("resnet_v2_50", "vgg_16", "mobilenet_v1", "mobilenet_v1_0.5_160", "mobilenet_v1_0.25_128"),
    *("mobilenet_v2", "mobilenet_v2_1.4_224"),
)
#: Archives with real weights: network, file, and where the weights are from.
REAL = (
    ("mobilenet_v1", "mobilenet_v1_1.0_224.tgz", "ImageNet weights"),
    ("inception_v1", "inception_v1_kinetics.tar.gz", "Kinetics weights"),
)
_PHOTOGRAPHS = "flowers_227.tar.gz"
_CHUNK = 16
# Two or three seconds a core, but for networks that are through the sample's pictures before.
_GFLOPS_OF_A_ROUND = 250
_GFLOPS = 5.0
_MOST_CHUNKS = 14


def main() -> int:
    """Measure every network and print its row, then accuracies."""
    parser = argparse.ArgumentParser(prog="make bench-networks", description=__doc__)
    parser.add_argument("--networks", default=" ".join(DEFAULT), help="names, or all")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each engine")
    parser.add_argument("--no-accuracy", action="store_true", help="leave heads out")
    options = parser.parse_args()
    names = list(NETWORKS) if options.networks == "all" else options.networks.split()
    try:
        networks = [get_network(name) for name in names]
    except ParamsError as error:
        parser.error(str(error))
    print(describe_machine())
    print("\n".join(HEADER), flush=True)
    measured = []
    for network in networks:
        measured.append(measure_network(network, options.rounds))
        print(row(measured[-1]), flush=True)
    print("\n".join(["", *conclusion(measured)]), flush=True)
    if not options.no_accuracy:
        for found in accuracies(set(names)):
            print(accuracy_line(found), flush=True)
    return 0


def measure_network(network: Network, rounds: int) -> Measurement:
    """Measure both engines on the sample, in a process of its own."""
    cores = os.cpu_count() or 1
    # Nobody says how many a network of the library in SLIM_PATH needs.
    gflops = network.gflops or _GFLOPS
    chunks = max(int(_GFLOPS_OF_A_ROUND / gflops / _CHUNK), 1) * cores
    with scratch_home() as home:
        params = RunParams(source="sample", network=network.name)
        (train,) = prepare(params, home, [TRAIN]).dumps
        program = str(Path(__file__).with_name("network_once.py"))
        chosen = ["--chunks", str(min(chunks, _MOST_CHUNKS)), "--rounds", str(rounds)]
        done = measure([*local_submit(), program, str(train), *chosen])
    # Spark may have the last word.
    found = json.loads(next(line for line in done.output.splitlines() if line.startswith("{")))
    jvm, python = (_largest(done, role) for role in ("driver JVM", "python worker"))
    return Measurement(network=network.name, **found, jvm_mib=jvm, python_mib=python)


def accuracies(names: set[str]) -> Iterator[Accuracy]:
    """Yield the accuracy of a head on photographs for each network with real weights."""
    dataset = fixture(_PHOTOGRAPHS)
    for name, file, weights in REAL:
        if name not in names:
            continue
        checkpoint = fixture(file)
        if dataset is None or checkpoint is None:
            missing = _PHOTOGRAPHS if dataset is None else file
            yield Accuracy(name, weights, None, f"{missing} is not beside this checkout")
            continue
        params = RunParams(dataset_url=dataset, checkpoint_url=checkpoint, network=name)
        with scratch_home() as home:
            metrics = _train(params, home)
        records = metrics.records.validation
        yield Accuracy(name, weights, metrics.top1, records=records)


def _train(params: RunParams, home: Home) -> RunMetrics:
    train, validation = (str(path) for path in prepare(params, home).dumps)
    run_id = "networks"
    job = [str(TRAIN_JOB), "-t", train, "-v", validation, "--run-id", run_id]
    return metrics_of(home, run_id, measure([*local_submit(), *job]))


def _largest(done: Measured, role: str) -> float:
    return max((peak for (found, _), peak in done.peaks.items() if found == role), default=0.0)


if __name__ == "__main__":
    sys.exit(main())
