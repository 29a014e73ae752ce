"""Summary of a finished run for the terminal: time, reuse, accuracy, and paths."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tasks.evaluation.interval import accuracy_text, interval_text
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.evaluation_text import calibration_clause, scores_clause
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import read_metrics
from tasks.runs.record import EXPORT, Step, read_steps
from tasks.runs.tracking_record import TrackingRecord, read_tracking
from tasks.runs.training_record import Epoch
from tasks.storage.paths import Home

# As many lines fit a terminal beside the rest.
_MOST_EPOCHS = 20


def summary(home: Home, run_id: str) -> list[str]:
    """Return the closing lines of a run.

    Raises:
        DataError: a file of the run is damaged.
    """
    metrics, steps = read_metrics(home, run_id), read_steps(home, run_id)
    return [
        f"Run {run_id}",
        "",
        f"  {'step':<22} {'seconds':>8}  artefact",
        *_steps(steps, metrics),
        *(_training(metrics) if metrics else ["", "No metrics: the run did not reach its end."]),
        *_export(steps),
        *_tracking(read_tracking(home, run_id)),
        f"  run         {home.run(run_id)}",
    ]


def parity_sentence(parity: Mapping[str, Any] | None) -> str:
    """Return the result of ``check_parity`` as a clause, without a full stop.

    Args:
        parity: ``Metrics.parity``.
    """
    if not parity:
        return "the feature engine was not compared with another one"
    if "left_out" in parity:
        return f"the feature engine was not compared with another one: {parity['left_out']}"
    difference = parity["largest_relative_difference"]
    return f"both engines agree on {parity['records']} records to {difference:.1e}"


def _steps(steps: Sequence[Step], metrics: RunMetrics | None) -> Iterator[str]:
    test = {"test": metrics.test.features} if metrics and metrics.test else {}
    for step in steps:
        yield f"  {step.task_id:<22} {step.seconds:>8.1f}  {_artefact(step)}"
        if step.features and not step.reused:
            for split, features in (*step.features.items(), *test.items()):
                name = f"features, {split}"
                yield f"    {name:<20} {features.seconds:>8.1f}  {_artefact(features)}"


def _export(steps: Sequence[Step]) -> Iterator[str]:
    for path in (step.path for step in steps if step.task_id == EXPORT):
        yield f"  export      {path}/1 (TensorFlow SavedModel), {path}/README.md (model card)"


def _tracking(record: TrackingRecord | None) -> Iterator[str]:
    if record:
        yield f"  MLflow      {record.sentence()}"


def _artefact(made: Step | ArtifactRecord) -> str:
    return f"{'reused' if made.reused else 'made'} {made.path}"


def _shown(epochs: Sequence[Epoch]) -> Sequence[Epoch]:
    """Return all epochs, or of many the last and about ten at equal distances before it."""
    if len(epochs) <= _MOST_EPOCHS:
        return epochs
    every = -(-len(epochs) // _MOST_EPOCHS)
    return [each for each in epochs if each.epoch % every == 0 or each is epochs[-1]]


def _accuracy(metrics: RunMetrics) -> Iterator[str]:
    records, test = metrics.records, metrics.test
    yield (
        f"  top-1 accuracy {accuracy_text(metrics.top1, records.validation)} on "
        f"{records.validation:,} validation records, trained on {records.train:,}"
    )
    if test:
        yield (
            f"  test        top-1 accuracy {accuracy_text(test.top1, test.records)} on "
            f"{test.records:,} test records, measured once with the final head"
        )
    if metrics.evaluation:
        yield f"  classes     {scores_clause(metrics.evaluation)}"
    if clause := calibration_clause(metrics):
        yield f"  confidence  {clause}"


def _training(metrics: RunMetrics) -> Iterator[str]:
    yield ""
    yield f"  {'epoch':>5} {'loss':>8} {'top-1':>7} {'95 %':>14} {'records/s':>10}" + (
        "  (of the training that made the reused model)" if metrics.model.reused else ""
    )
    for epoch in _shown(metrics.epochs):
        yield (
            f"  {epoch.epoch:>5} {epoch.loss:>8.4f} {epoch.top1:>7.4f} "
            f"{interval_text(epoch.top1, epoch.count):>14} {epoch.records_per_second:>10,.0f}"
            f"{'  kept' if epoch.epoch == metrics.kept_epoch else ''}"
        )
    yield ""
    if metrics.sweep:
        yield f"  penalty     {metrics.sweep.clause()}; top-1 {metrics.sweep.taken.top1:.4f} there"
    yield from _accuracy(metrics)
    if metrics.promotion:
        yield f"  {metrics.promotion.sentence()}"
    if metrics.data:
        yield f"  data        {metrics.data.sentence()}"
    if metrics.excluded:
        yield f"  exclude     {metrics.excluded.sentence()}"
        if warning := metrics.excluded.warning():
            yield f"              {warning}"
    engine = metrics.engine_clause()
    yield f"  features    by the engine {engine}; {parity_sentence(metrics.parity)}"
    model = metrics.model.path
    yield f"  head        {model}/head.npz (NumPy), {model}/head.bigdl (BigDL)"
    yield f"  predictions {model}/predictions.parquet"
    yield f"  metrics     {model}/metrics.json"
