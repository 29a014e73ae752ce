"""Content of a run in MLflow: params, metrics of every epoch, tags and files."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tasks.exports.layout import CARD
from tasks.runs.metrics import METRICS, RunMetrics
from tasks.runs.outcome import read_metrics
from tasks.runs.record import exported
from tasks.storage.local_files import file_sha256
from tasks.storage.paths import Home

#: Tags by which Graft finds what it logged.
KEY, CONTENT, MODEL = "graft.key", "graft.content", "graft.model"
# MLflow's server refuses more.
_LONGEST = 5000


@dataclass(frozen=True)
class Content:
    """Content of a run for MLflow.

    Attributes:
        key: tells the run from all others, and is the same whenever the run is logged.
        name: the run's id.
        params: texts by name.
        metrics: name, value and epoch of each; the epoch of a figure of the whole run is the last.
        tags: texts by name.
        files: report, model card and metrics, those that there are.
        ended: end of the training, milliseconds since 1970.
        export: folder of the model's export; None if it has none.
    """

    key: str
    name: str
    params: Mapping[str, str]
    metrics: tuple[tuple[str, float, int], ...]
    tags: Mapping[str, str]
    files: tuple[Path, ...]
    ended: int
    export: Path | None

    @property
    def digest(self) -> str:
        """Digest of all that may change after the run was logged first."""
        tags = {name: text for name, text in self.tags.items() if name != CONTENT}
        files = [file_sha256(path) for path in self.files]
        return _digest([self.name, tags, files, self.export and self.export.name])


def read_content(home: Home, run_id: str) -> Content | None:
    """Return what MLflow is to have of a run; None if it did not train to its end.

    Raises:
        DataError: a file of the run is damaged.
    """
    metrics = read_metrics(home, run_id)
    if metrics is None:
        return None
    export = _export(home, run_id)
    files = [home.run(run_id) / METRICS, home.report(run_id)]
    files += [export / CARD] if export else []
    return Content(
        key=_digest([run_id, metrics.model.digest]),
        name=run_id,
        params=_params(metrics),
        metrics=tuple(_metrics(metrics)),
        tags=_tags(metrics, export),
        files=tuple(path for path in files if path.is_file()),
        ended=int(datetime.fromisoformat(metrics.finished_at).timestamp() * 1000),
        export=export,
    )


def _export(home: Home, run_id: str) -> Path | None:
    step = exported(home.run(run_id))
    if step is None or not step.digest:
        return None
    folder = home.exports / step.digest
    return folder if folder.is_dir() else None


def _params(metrics: RunMetrics) -> dict[str, str]:
    plan = {f"plan.{name}": getattr(metrics.plan, name) for name in ("optimizer", "cores")}
    counts = {f"records.{split}": count for split, count in metrics.records.items()}
    facts: dict[str, Any] = {
        **metrics.config,
        **plan,
        **counts,
        "network": metrics.network,
        "classes": len(metrics.class_names),
    }
    return {name: _text(value) for name, value in facts.items() if value is not None}


def _metrics(metrics: RunMetrics) -> Iterator[tuple[str, float, int]]:
    for epoch in metrics.epochs:
        found = {"loss": epoch.loss, "top1": epoch.top1}
        found["records_per_second"] = epoch.records_per_second
        yield from ((k, v, epoch.epoch) for k, v in found.items() if math.isfinite(v))
    last = metrics.epochs[-1].epoch
    if metrics.sweep:
        yield "l2", metrics.sweep.taken.l2, last
        yield "cross_validated_top1", metrics.sweep.taken.top1, last
        yield "cross_validated_log_loss", metrics.sweep.taken.log_loss, last
    yield "final_top1", metrics.top1, last
    if metrics.test:
        yield "test_top1", metrics.test.top1, last
    yield from ((name, value, last) for name, value in _figures(metrics).items())
    yield from ((f"seconds.{stage}", took, last) for stage, took in metrics.stages.items())


def _figures(metrics: RunMetrics) -> dict[str, float]:
    """Return the figures of evaluation and calibration by name, as far as they are recorded."""
    found, test, calibration = metrics.evaluation, metrics.test, metrics.calibration
    of_test = test.evaluation.figures() if test and test.evaluation else {}
    return {
        **({f"final_{k}": v for k, v in found.figures().items()} if found else {}),
        **{f"test_{name}": value for name, value in of_test.items()},
        **({"temperature": calibration.temperature} if calibration else {}),
    }


def _tags(metrics: RunMetrics, export: Path | None) -> dict[str, str]:
    promotion = metrics.promotion
    card = export / CARD if export else None
    shown = card.read_text(encoding="utf-8") if card and card.is_file() else ""
    decision = {"graft.promotion": _text(promotion.sentence())} if promotion else {}
    return {
        "graft.run_id": _text(metrics.run_id),
        MODEL: metrics.model.digest,
        "graft.dataset": _text(metrics.digests.validation.get("dataset", "")),
        # MLflow's pages show it as the run's description.
        "mlflow.note.content": _text(shown),
        **decision,
    }


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]} ..."


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
