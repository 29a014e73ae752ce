"""What a finished run did, for a person: time, reuse, accuracy, and where things lie."""

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.runs.outcome import read_metrics
from tasks.runs.record import read_steps
from tasks.storage.paths import Home


def summary(home: Home, run_id: str) -> list[str]:
    """Return the closing lines of a run."""
    steps = read_steps(home, run_id)
    metrics = read_metrics(home, run_id)
    return [
        f"Run {run_id}",
        "",
        f"  {'step':<22} {'seconds':>8}  artefact",
        *_steps(steps),
        *(_training(metrics) if metrics else ["", "No metrics: the run did not get to its end."]),
        f"  run         {home.run(run_id)}",
    ]


def _steps(steps: list[dict[str, Any]]) -> Iterator[str]:
    for step in steps:
        yield f"  {step['task_id']:<22} {step['seconds']:>8.1f}  {_artefact(step)}"
        for split, features in step.get("features", {}).items():
            if not step["reused"]:
                name = f"features, {split}"
                yield f"    {name:<20} {features['seconds']:>8.1f}  {_artefact(features)}"


def _features(metrics: Mapping[str, Any]) -> str:
    engine = f"by the engine {metrics['config']['feature_engine']}"
    parity = metrics["parity"]
    if not parity:
        return f"{engine}, not compared with another engine's"
    if "left_out" in parity:
        return f"{engine}, not compared with another engine's: {parity['left_out']}"
    difference = parity["largest_relative_difference"]
    return f"{engine}; both engines agree on {parity['records']} records to {difference:.1e}"


def _artefact(facts: Mapping[str, Any]) -> str:
    return f"{'reused' if facts['reused'] else 'made'} {facts['path']}"


def _training(metrics: Mapping[str, Any]) -> Iterator[str]:
    reused = metrics["model"]["reused"]
    yield ""
    yield f"  {'epoch':>5} {'loss':>8} {'top-1':>7} {'records/s':>10}" + (
        "  (of the training that made the reused model)" if reused else ""
    )
    for epoch in metrics["epochs"]:
        yield (
            f"  {epoch['epoch']:>5} {epoch['loss']:>8.4f} {epoch['top1']:>7.4f} "
            f"{epoch['records_per_second']:>10,.0f}"
        )
    counts = ", ".join(f"{count:,} {split}" for split, count in metrics["records"].items())
    yield ""
    yield f"  top-1 accuracy {metrics['top1']:.4f} ({counts} records)"
    yield f"  features    {_features(metrics)}"
    model = metrics["model"]["path"]
    yield f"  head        {model}/head.npz (NumPy), {model}/head.bigdl (BigDL)"
    yield f"  predictions {model}/predictions.parquet"
    yield f"  metrics     {model}/metrics.json"
