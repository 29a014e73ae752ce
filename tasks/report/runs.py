"""All runs of a pipeline, side by side."""

import itertools
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasks.errors import DataError
from tasks.evaluation.interval import accuracy_text
from tasks.pipelines.names import BUILT_IN, name_of_run
from tasks.registry.score import Score
from tasks.runs.metrics import METRICS, RunMetrics
from tasks.runs.record import WITHOUT_ARTIFACT, data_name, read_steps
from tasks.storage.paths import REPORT, Home

logger = logging.getLogger(__name__)

#: Most runs on the page; the folders of older ones are kept.
MOST_RUNS = 200

# Enough to tell data sets apart; the comparison shows all of it.
_SHORT_DIGEST = 8


@dataclass(frozen=True)
class RunRow:
    """A run that trained a model, or reused one.

    Attributes:
        name: of its folder.
        run_id: the run's name in the home.
        ended: time of its metrics, to the minute, UTC.
        data: ``sample`` or the name of the data set's archive, where it is recorded, and the first
            digits of the data set's digest.
        dataset: that digest, whole.
        network: the network that computed the features.
        engine: the feature engine.
        batch_size, epochs: of the training.
        score: on the validation records.
        test: on the test records; None where there are none.
        model: digest of its model.
        seconds: of all its steps together; those of the job where it was submitted by hand.
        reused: the steps that reused an artefact.
        has_report: whether its report exists.
        facts: all values to compare with another run.
    """

    name: str
    run_id: str
    ended: str
    data: str
    dataset: str
    network: str
    engine: str
    batch_size: int
    epochs: int
    score: Score
    test: Score | None
    model: str
    seconds: float
    reused: tuple[str, ...]
    has_report: bool
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """One fact of two runs."""

    name: str
    first: Any
    second: Any

    @property
    def differs(self) -> bool:
        """Return whether the two values differ."""
        return bool(self.first != self.second)


def read_runs(home: Home, name: str = BUILT_IN) -> list[RunRow]:
    """Return the newest runs of a pipeline that have metrics, the oldest first.

    A run whose files cannot be read is left out, with a warning.

    Args:
        home: where the runs are.
        name: the pipeline's.
    """
    # The folders of other pipelines' runs begin with the pipeline's name.
    begin = "" if name == BUILT_IN else name
    found = home.runs.glob(f"{begin}*/{METRICS}")
    newest_first = sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)
    rows = (row for path in newest_first if (row := _read_run(home, name, path)))
    return [*itertools.islice(rows, MOST_RUNS)][::-1]


def compare(first: RunRow, second: RunRow) -> list[Difference]:
    """Return all facts of two runs; a fact that only one of them has is None in the other."""
    names = dict.fromkeys([*first.facts, *second.facts])
    return [Difference(name, first.facts.get(name), second.facts.get(name)) for name in names]


def _read_run(home: Home, name: str, path: Path) -> RunRow | None:
    """Return a run's row; None if it cannot be read, or is another pipeline's."""
    try:
        metrics = RunMetrics.read(path.parent)
        return _row(home, path, metrics) if name_of_run(metrics.run_id) == name else None
    except (DataError, OSError, LookupError) as error:
        logger.warning("%s is left out: it cannot be read (%r)", path, error)
        return None


def _row(home: Home, path: Path, metrics: RunMetrics) -> RunRow:
    steps = [
        step for step in read_steps(home, metrics.run_id) if step.task_id not in WITHOUT_ARTIFACT
    ]
    params = next((step.params for step in steps if step.params is not None), metrics.config)
    dataset = metrics.digests.validation["dataset"]
    seconds = sum(step.seconds for step in steps) or metrics.model.seconds
    # Metrics of a model that was reused have the end of its training, not of this run.
    ended = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return RunRow(
        name=path.parent.name,
        run_id=metrics.run_id,
        ended=f"{ended:%Y-%m-%d %H:%M}",
        data=f"{data_name(params)} {dataset[:_SHORT_DIGEST]}".strip(),
        dataset=dataset,
        network=metrics.network,
        engine=metrics.config["feature_engine"],
        batch_size=metrics.plan.batch_size,
        epochs=len(metrics.epochs) if metrics.sweep else params["epochs"],
        score=Score.of(metrics.top1, metrics.records.validation),
        test=Score.of(metrics.test.top1, metrics.test.records) if metrics.test else None,
        model=metrics.model.digest,
        seconds=seconds,
        reused=tuple(step.task_id for step in steps if step.reused),
        has_report=(path.parent / REPORT).is_file(),
        facts=_facts(metrics, params, seconds),
    )


def _facts(metrics: RunMetrics, params: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    loss, test = metrics.epochs[-1].loss, metrics.test
    return {
        "top-1 accuracy": accuracy_text(metrics.top1, metrics.records.validation),
        **({"penalty": metrics.sweep.clause()} if metrics.sweep else {}),
        **({"test top-1 accuracy": accuracy_text(test.top1, test.records)} if test else {}),
        **_figures(metrics),
        "loss of the last epoch": round(loss, 4) if math.isfinite(loss) else None,
        "seconds": round(seconds, 1),
        "data set": metrics.digests.validation["dataset"],
        **{f"{split} records": count for split, count in metrics.records.items()},
        **({"test records": test.records} if test else {}),
        **({"left out": metrics.excluded.sentence()} if metrics.excluded else {}),
        **params,
        "feature_engine": metrics.config["feature_engine"],
        "optimizer": metrics.plan.optimizer,
        "cores": metrics.plan.cores,
        **metrics.versions,
    }


def _figures(metrics: RunMetrics) -> dict[str, Any]:
    """Return the other figures of the validation records, as far as they are recorded."""
    found, calibration = metrics.evaluation, metrics.calibration
    if found is None:
        return {}
    top5 = (
        {"top-5 accuracy": accuracy_text(found.top5, found.records)}
        if found.top5 is not None
        else {}
    )
    return {
        **top5,
        "macro F1": round(found.macro_f1, 4),
        "balanced accuracy": round(found.balanced_accuracy, 4),
        "expected calibration error": round(found.calibration_error, 4),
        **({"temperature": round(calibration.temperature, 4)} if calibration else {}),
    }
