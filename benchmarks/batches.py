"""``python -m benchmarks.batches``: what a training step costs on a cluster, batch by batch."""

import argparse
import statistics
import sys

from benchmarks.scale import add_sources, scratch_home, submit_job
from benchmarks.standalone import standalone
from tasks import steps
from tasks.params.definitions import RunParams
from tasks.storage.paths import Home

_BATCHES = (16, 64, 128, 256, 512)


def main() -> int:
    """Train with every batch on the same features and print what that took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batches", description=__doc__)
    add_sources(parser)
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    params = RunParams(dataset_url=options.dataset, checkpoint_url=options.checkpoint)
    with scratch_home() as home:
        _sweep(home, params, options.epochs)
    return 0


def _sweep(home: Home, params: RunParams, epochs: int) -> None:
    archive = steps.download_dataset(params, home).path
    dataset = steps.extract_dataset(archive, home).path
    checkpoint = steps.fetch_checkpoint(params, home).path
    dumps = [
        steps.dump(split, dataset, checkpoint, params, home).path
        for split in ("train", "validation")
    ]
    print("batch  steps/epoch  ms/step  s/epoch  records/s  training s   top-1")
    for batch in _BATCHES:
        flags = ("-b", str(batch), "-e", str(epochs))
        with standalone(2, "3g") as cluster:
            metrics, _ = submit_job(home, cluster, dumps, f"batch-{batch}", *flags)
        # The first epoch pays for JVMs that are cold.
        seconds = statistics.median(epoch.seconds for epoch in metrics.epochs[1:])
        step_count, records = metrics.plan.steps_per_epoch, metrics.records.train
        print(
            f"{batch:>5} {step_count:>12} {1000 * seconds / step_count:>8.1f} {seconds:>8.2f} "
            f"{records / seconds:>10,.0f} {metrics.stages['training']:>11.1f} "
            f"{metrics.top1:>7.4f}",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
