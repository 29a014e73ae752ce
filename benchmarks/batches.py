"""``python -m benchmarks.batches``: time of a training step on a cluster, by batch size."""

import argparse
import statistics
import sys

from benchmarks.cluster_job import submit_job
from benchmarks.inputs import add_sources, prepare, scratch_home
from benchmarks.standalone import standalone
from tasks.evaluation.interval import accuracy_text
from tasks.params.definitions import RunParams
from tasks.storage.paths import Home

_BATCHES = (16, 64, 128, 256, 512)


def main() -> int:
    """Train with every batch size on the same features and print the times."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batches", description=__doc__)
    add_sources(parser)
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    params = RunParams(dataset_url=options.dataset, checkpoint_url=options.checkpoint)
    with scratch_home() as home:
        _sweep(home, params, options.epochs)
    return 0


def _sweep(home: Home, params: RunParams, epochs: int) -> None:
    dumps = prepare(params, home).dumps
    print("batch  steps/epoch  ms/step  s/epoch  records/s  training s  top-1")
    for batch in _BATCHES:
        flags = ("-b", str(batch), "-e", str(epochs))
        with standalone(2, "3g") as cluster:
            metrics, _ = submit_job(home, cluster, dumps, f"batch-{batch}", *flags)
        # Without the first epoch, in which the JVMs are cold.
        seconds = statistics.median(epoch.seconds for epoch in metrics.epochs[1:])
        step_count, records = metrics.plan.steps_per_epoch, metrics.records.train
        print(
            f"{batch:>5} {step_count:>12} {1000 * seconds / step_count:>8.1f} {seconds:>8.2f} "
            f"{records / seconds:>10,.0f} {metrics.stages['training']:>11.1f} "
            f"  {accuracy_text(metrics.top1, metrics.records.validation)}",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
