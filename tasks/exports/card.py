"""The model card of an export: what the model is, how good it is, and how to call it.

Its parts are those of Mitchell et al., "Model cards for model reporting",
https://arxiv.org/abs/1810.03993, as far as a run knows them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tasks.dumps.description import Dump
from tasks.evaluation.interval import interval_text
from tasks.evaluation.record import EvaluationRecord
from tasks.exports.formats import Converted
from tasks.exports.layout import VERSION
from tasks.exports.saved_model import LABELS
from tasks.runs.data_record import DataRecord
from tasks.runs.markdown import code
from tasks.runs.metrics import Metrics
from tasks.visible import visible

_MOST_CLASSES = 1000


def model_card(
    *,
    model: Path,
    metrics: Metrics,
    data: DataRecord | None,
    dump: Dump,
    signatures: Sequence[str],
    formats: Sequence[Converted],
    versions: Mapping[str, str],
) -> str:
    """Return the card as Markdown.

    Args:
        model: folder of the model.
        metrics: of the model.
        data: record of its data set; None where that is gone.
        dump: the dump whose nodes the export has.
        signatures: of the SavedModel.
        formats: the other formats that it was to be written in.
        versions: of the packages that exported it.
    """
    return (
        _environment()
        .get_template("card.md.j2")
        .render(
            model=model.name,
            metrics=metrics,
            data=data,
            sees=_sees(dump),
            measured=_measured(metrics),
            counts=_counts(metrics, data),
            left_out=max(len(metrics.class_names) - _MOST_CLASSES, 0),
            digests=metrics.digests.validation,
            signatures=signatures,
            formats=formats,
            versions={**metrics.versions, **versions},
            labels=f"{VERSION}/assets/{LABELS}",
            size=dump.image_size,
            max_side=dump.max_side,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Markdown, not HTML: names from outside go through code().
        autoescape=False,  # noqa: S701
        keep_trailing_newline=True,
    )
    environment.filters["interval"] = interval_text
    environment.filters["code"] = lambda text: code(visible(text))
    return environment


@dataclass(frozen=True)
class _Measured:
    """Accuracy on a split and, where a version made it, the evaluation."""

    name: str
    records: int
    top1: float
    found: EvaluationRecord | None


def _measured(metrics: Metrics) -> list[_Measured]:
    """Return what was measured on each split."""
    records, test = metrics.records.validation, metrics.test
    found = [_Measured("validation", records, metrics.top1, metrics.evaluation)]
    if test:
        found.append(_Measured("test", test.records, test.top1, test.evaluation))
    return found


def _counts(metrics: Metrics, data: DataRecord | None) -> list[tuple[str, list[int]]]:
    """Return the first classes with their records in each split, in the order of the splits."""
    splits = list(data.class_counts.values()) if data else []
    names = metrics.class_names[:_MOST_CLASSES]
    return [(name, [counts[i] for counts in splits]) for i, name in enumerate(names)]


def _sees(dump: Dump) -> str:
    """Return what of a picture the network sees, in words."""
    recipe = dump.preprocessing
    if recipe.shorter_side is not None:
        return (
            f"the middle square, after its shorter side was scaled to {recipe.shorter_side} pixels"
        )
    if recipe.crop != 1:
        return f"its middle, {recipe.crop:g} of its height and width"
    return "all of it"
