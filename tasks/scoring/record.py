"""Record of a scoring: the content of ``_score.json``."""

import importlib.metadata
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tasks.registry.champion import FLOWERS
from tasks.scoring.counts import Counts
from tasks.scoring.model import TrainedModel
from tasks.scoring.plan import Plan


@dataclass(frozen=True, kw_only=True)
class ScoreRecord:
    """Scores that are all there.

    Attributes:
        scores: their folder.
        pictures: place of the pictures, without secrets.
        layout: of the pictures.
        model: digest of the model.
        name: of the registry.
        version: the model's number in it, None where a run or a digest named the model.
        network: name of the network.
        class_names: in label order, that of ``scores`` in a row.
        engine: the feature engine.
        output: format of the parts.
        rows: pictures, those with an error included.
        bad: pictures with an error.
        classes: pictures by the name of their class.
        parts: number of files.
        earlier_rows: how many of the rows an earlier, unfinished call had written.
        seconds: time that the last call took, without the start of Spark.
        pictures_per_second: rows of the last call by that time.
        run_id: the run that asked.
        finished_at: ISO 8601 with an offset.
        reused: whether all was there before this call.
        versions: of packages that scores depend on.
    """

    scores: str
    pictures: str
    layout: str
    model: str
    name: str = FLOWERS
    version: int | None
    network: str
    class_names: tuple[str, ...]
    engine: str
    output: str
    rows: int
    bad: int
    classes: dict[str, int]
    parts: int
    earlier_rows: int
    seconds: float
    pictures_per_second: float
    run_id: str
    finished_at: str
    reused: bool = False
    versions: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON types."""
        return asdict(self)


def score_record(
    plan: Plan,
    model: TrainedModel,
    counts: Counts,
    *,
    scores: str,
    earlier: int,
    seconds: float,
    run_id: str,
) -> ScoreRecord:
    """Return the record of scores that are all there now.

    Args:
        plan: what they are made of.
        model: that scored.
        counts: of all rows.
        scores: their folder.
        earlier: rows of earlier calls.
        seconds: time of this call.
        run_id: the run that asked.
    """
    return ScoreRecord(
        scores=scores,
        pictures=plan.pictures,
        layout=plan.layout,
        model=plan.model,
        name=model.name,
        version=model.version,
        network=model.dump.network,
        class_names=model.class_names,
        engine=plan.engine,
        output=plan.output,
        rows=counts.pictures,
        bad=counts.bad,
        classes={name: counts.classes[label] for label, name in enumerate(model.class_names)},
        parts=plan.parts,
        earlier_rows=earlier,
        seconds=round(seconds, 3),
        pictures_per_second=round((counts.pictures - earlier) / max(seconds, 1e-3), 2),
        run_id=run_id,
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions={name: importlib.metadata.version(name) for name in ("pyspark", "pillow")},
    )
