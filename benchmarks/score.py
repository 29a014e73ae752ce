"""``make bench-score``: scoring a folder of pictures, against the training's feature stage.

The pictures of the archive are laid out as a folder. The job trains on it, and its features are
timed as ever; then the same folder is scored with that model and the same engine, in a job of its
own, and once more by ``graft predict``.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.ingest import pictures_of
from benchmarks.inputs import add_sources, prepare, scratch_home
from benchmarks.predict import folder_rate
from benchmarks.processes import Measured, local_submit, measure, metrics_of
from tasks.exports.export import export_model
from tasks.params.definitions import RunParams
from tasks.runs.outcome import read_metrics
from tasks.scoring.outcome import read_score
from tasks.spark.settings import SCORE_JOB, TRAIN_JOB
from tasks.storage.paths import Home

_ENGINES = ("bigdl", "tensorflow")


@dataclass(frozen=True)
class _Rates:
    """Pictures per second of the feature stage and of a scoring, and the latter's memory."""

    features: float
    scores: float
    peaks: list[str]


def main() -> int:
    """Measure and print rates and ratios."""
    parser = argparse.ArgumentParser(prog="make bench-score", description=__doc__)
    add_sources(parser, dataset="flowers_227.tar.gz")
    parser.add_argument("--pictures", type=int, help="how many of them; default: all")
    parser.add_argument("--copies", type=int, default=1, help="files of each picture")
    parser.add_argument("--engines", nargs="+", choices=_ENGINES, default=_ENGINES)
    options = parser.parse_args()
    archive = RunParams(dataset_url=options.dataset)
    with scratch_home() as home, tempfile.TemporaryDirectory() as scratch:
        pictures = Path(scratch) / "pictures"
        chosen = islice(pictures_of(archive, home), options.pictures)
        count = _lay_out(chosen, pictures, options.copies)
        params = RunParams(dataset_url=str(pictures), checkpoint_url=options.checkpoint)
        dumps = [str(path) for path in prepare(params, home).dumps]
        rates = {engine: _measure(home, dumps, pictures, engine) for engine in options.engines}
        predicted = _predict(home, options.engines[-1], pictures)
    print(f"{count:,} pictures of {options.dataset}, {os.cpu_count()} cores")
    for engine, found in rates.items():
        ratio = found.scores / found.features
        print(
            f"  {engine:<10} scores {found.scores:6.1f}/s, features {found.features:6.1f}/s, "
            f"ratio {ratio:.2f} (>= 0.90)"
        )
        for line in found.peaks:
            print(f"    {line}")
    print(f"  graft predict {predicted:6.1f}/s")
    return 0


def _measure(home: Home, dumps: list[str], pictures: Path, engine: str) -> _Rates:
    train, validation = dumps
    flags = ["--feature-engine", engine, "--parity-records", "0", "--epochs", "1"]
    trained = _submit(TRAIN_JOB, "-t", train, "-v", validation, "--run-id", engine, *flags)
    metrics = metrics_of(home, engine, trained)
    scored = _submit(
        SCORE_JOB, f"--pictures-url={pictures}", f"--model={engine}", f"--run-id={engine}"
    )
    record = read_score(home, engine)
    if record is None:
        raise RuntimeError(f"the job of the engine {engine} left no scores")
    records = metrics.records.train + metrics.records.validation
    if record.bad:
        raise RuntimeError(f"{record.bad} of {record.rows} pictures are bad")
    features = records / metrics.stages["features"]
    return _Rates(features, record.pictures_per_second, scored.peak_lines())


def _predict(home: Home, run: str, pictures: Path) -> float:
    """Return pictures per second of ``graft predict`` with a run's model, without its start."""
    metrics = read_metrics(home, run)
    if metrics is None:
        raise RuntimeError(f"the run {run} left no metrics")
    export = export_model(home.models / metrics.model.digest, home).path
    return folder_rate(home, pictures, options=("--model", str(export)))


def _submit(job: Path, *arguments: str) -> Measured:
    return measure([*local_submit(), str(job), *arguments])


def _lay_out(found: Iterable[tuple[int, bytes]], folder: Path, copies: int) -> int:
    """Write every picture as so many files, and return how many files there are."""
    count = 0
    for label, data in found:
        for _ in range(copies):
            path = folder / f"class {label}" / f"{count}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            count += 1
    return count


if __name__ == "__main__":
    sys.exit(main())
