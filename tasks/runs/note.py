"""Note of a run for Airflow's UI: accuracy, data, reuse and failures in a few lines of Markdown."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tasks.evaluation.interval import accuracy_text
from tasks.runs.data_record import DataRecord
from tasks.runs.evaluation_text import calibration_clause, scores_clause
from tasks.runs.exclusion_record import ExclusionRecord
from tasks.runs.markdown import code
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import read_metrics
from tasks.runs.promotion_record import PromotionRecord
from tasks.runs.record import WITHOUT_ARTIFACT, Step, data_name, read_failures, read_steps
from tasks.runs.tracking_record import read_tracking
from tasks.storage.paths import Home
from tasks.storage.shown import shown

_TRAIN = "train_classifier"
_MOST_WARNINGS = 3
_KILLED = "it was killed, or marked so; see its log"


def run_note(home: Home, run_id: str, failed: Collection[str] = ()) -> str:
    """Return accuracy, data and reuse of a run, or its failures, as Markdown.

    A run that is not at its end gets as much as it recorded; nothing recorded gives "".

    Args:
        home: where the run's folder is.
        run_id: as Airflow has it.
        failed: tasks that Airflow saw fail, whether or not they recorded why.

    Raises:
        DataError: a file of the run is damaged.
    """
    failures = {**dict.fromkeys(sorted(failed), _KILLED), **read_failures(home, run_id)}
    steps = [step for step in read_steps(home, run_id) if step.task_id not in failures]
    trained = next((step for step in steps if step.task_id == _TRAIN), None)
    metrics = read_metrics(home, run_id)
    paragraphs = _failures(failures)
    if trained and not failures:
        paragraphs.append(_unchanged(trained) if trained.unchanged else "")
        paragraphs.append(_training(metrics, trained.params) if metrics and trained.params else "")
        if metrics and metrics.promotion:
            paragraphs.append(_promotion(metrics.promotion))
        paragraphs.append(_excluded(metrics.excluded) if metrics and metrics.excluded else "")
        paragraphs.append(_found(metrics.data) if metrics and metrics.data else "")
    paragraphs.append(_reuse(steps))
    tracking = read_tracking(home, run_id)
    if tracking and tracking.error:
        paragraphs.append(f"**MLflow**: {code(tracking.sentence())}.")
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _failures(failures: Mapping[str, str]) -> list[str]:
    """Return one paragraph per reason: steps that run in parallel may refuse the same param."""
    steps: dict[str, list[str]] = {}
    for task_id, message in failures.items():
        steps.setdefault(message, []).append(task_id)
    return [f"**{', '.join(names)} failed**: {code(text)}" for text, names in steps.items()]


def _unchanged(step: Step) -> str:
    return (
        "**Nothing to train**: data set, checkpoint and params are those of the model "
        f"`{step.digest}` of {step.finished_at}, top-1 accuracy {_accuracy(step)}."
    )


def _accuracy(step: Step) -> str:
    """Return the accuracy of the model that was found; older versions recorded no counts."""
    if step.top1 is None:
        return "unknown"
    return accuracy_text(step.top1, step.records) if step.records else f"{step.top1:.4f}"


def _training(metrics: RunMetrics, params: Mapping[str, Any]) -> str:
    counts = " and ".join(f"{count:,} {split}" for split, count in metrics.records.items())
    test = (
        f" On {metrics.test.records:,} test records, measured once: "
        f"**{accuracy_text(metrics.test.top1, metrics.test.records)}**."
        if metrics.test
        else ""
    )
    return (
        f"**Top-1 accuracy {accuracy_text(metrics.top1, metrics.records.validation)}** after "
        f"{metrics.epochs_clause()} on "
        f"{_data(params)} ({counts} records of {len(metrics.class_names)} classes), features of "
        f"{metrics.network} by the engine {_engine(metrics)}.{_evaluation(metrics)}{test}"
    )


def _evaluation(metrics: RunMetrics) -> str:
    """Return the other figures of the validation records, each kind as a sentence."""
    scores = scores_clause(metrics.evaluation) if metrics.evaluation else ""
    clauses = (scores, calibration_clause(metrics))
    return "".join(f" {clause[0].upper()}{clause[1:]}." for clause in clauses if clause)


def _engine(metrics: RunMetrics) -> str:
    """Return the feature engine and why it, which may quote the graph."""
    engine = metrics.engine
    return f"{engine.name} ({code(engine.reason)})" if engine else metrics.engine_clause()


def _promotion(promotion: PromotionRecord) -> str:
    """Return whether the model became the champion; the reason may quote an error."""
    word = promotion.word.capitalize()
    return f"**{word}**: version {promotion.version}, {code(promotion.why)}."


def _excluded(excluded: ExclusionRecord) -> str:
    """Return what the list to exclude left out, and its entries that no record has."""
    lines = [f"**Exclude**: {excluded.sentence()}."]
    lines += [f"- {code(warning)}" for warning in [excluded.warning()] if warning]
    return "\n".join(lines)


def _found(data: DataRecord) -> str:
    """Return what the data set was made of, and its first warnings."""
    lines = [f"**Data set**: {data.sentence()}."]
    lines += [f"- {code(shown(warning))}" for warning in data.warnings[:_MOST_WARNINGS]]
    more = len(data.warnings) - _MOST_WARNINGS
    return "\n".join([*lines, *([f"- and {more} more in the report"] if more > 0 else [])])


def _data(params: Mapping[str, Any]) -> str:
    """Return the user's name for the data set."""
    if params["source"] == "sample":
        return "the bundled sample"
    return code(data_name(params) or params["dataset_url"])


def _reuse(steps: Sequence[Step]) -> str:
    # The note may be written before these.
    artefacts = [step for step in steps if step.task_id not in WITHOUT_ARTIFACT]
    parts = [
        f"{word}: {', '.join(names)}."
        for word, reused in (("Reused", True), ("Made", False))
        if (names := [step.task_id for step in artefacts if step.reused is reused])
    ]
    return " ".join(parts)
