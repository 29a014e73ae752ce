"""What there is to say of a run in a few lines, for the note that Airflow's UI shows on it."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tasks.runs.outcome import read_metrics
from tasks.runs.record import data_name, read_failures, read_steps
from tasks.storage.paths import Home

_TRAIN = "train_classifier"
_KILLED = "it was killed, or marked so; its log says what it did until then"


def run_note(home: Home, run_id: str, failed: Collection[str] = ()) -> str:
    """Return what a run trained on, its accuracy and what it reused, as Markdown.

    It goes as far as the run came; of one that left no record it is empty.

    Args:
        home: whose run.
        run_id: as Airflow has it.
        failed: tasks that Airflow saw fail, whether or not they could say why.
    """
    failures = {**dict.fromkeys(sorted(failed), _KILLED), **read_failures(home, run_id)}
    steps = [step for step in read_steps(home, run_id) if step["task_id"] not in failures]
    trained = next((step for step in steps if step["task_id"] == _TRAIN), None)
    metrics = read_metrics(home, run_id)
    paragraphs = _failures(failures)
    if trained and not failures:
        paragraphs.append(_unchanged(trained) if "unchanged" in trained else "")
        paragraphs.append(_training(metrics, trained) if metrics and "params" in trained else "")
    paragraphs.append(_reuse(steps))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _failures(failures: Mapping[str, str]) -> list[str]:
    """Return a paragraph for every reason; steps that run at once may refuse the same param."""
    steps: dict[str, list[str]] = {}
    for task_id, message in failures.items():
        steps.setdefault(message, []).append(task_id)
    return [f"**{', '.join(names)} failed**: {_code(text)}" for text, names in steps.items()]


def _code(text: str) -> str:
    """Return what came from outside as code, which Markdown shows as it is."""
    line = " ".join(text.split())
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def _unchanged(step: Mapping[str, Any]) -> str:
    return (
        "**Nothing to train**: data set, checkpoint and params are those of the model "
        f"`{step['digest']}` of {step['finished_at']}, top-1 accuracy {step['top1']:.4f}."
    )


def _training(metrics: Mapping[str, Any], step: Mapping[str, Any]) -> str:
    params = step["params"]
    counts = " and ".join(f"{count:,} {split}" for split, count in metrics["records"].items())
    epochs = len(metrics["epochs"])
    return (
        f"**Top-1 accuracy {metrics['top1']:.4f}** after {epochs} epochs on {_data(params)} "
        f"({counts} records of {len(metrics['class_names'])} classes), features of "
        f"{params['network']} by the engine {params['feature_engine']}."
    )


def _data(params: Mapping[str, Any]) -> str:
    """Return what the user would call the data set."""
    if params["source"] == "sample":
        return "the bundled sample"
    return _code(data_name(params) or params["dataset_url"])


def _reuse(steps: Sequence[Mapping[str, Any]]) -> str:
    # The report is written anew by every run, and the note may be earlier than it.
    artefacts = [step for step in steps if step["task_id"] != "report"]
    parts = [
        f"{word}: {', '.join(names)}."
        for word, reused in (("Reused", True), ("Made", False))
        if (names := [step["task_id"] for step in artefacts if step["reused"] is reused])
    ]
    return " ".join(parts)
