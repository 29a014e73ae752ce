"""Whether there is anything to train: has a model been made of the very same inputs?

The job asks the same of its recipe, but it has to start Spark for that: the recipe holds the number
of cores, which is a property of the cluster and none of the inputs.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.dumps.description import PIPELINE_JSON
from tasks.params.definitions import TrainingParams
from tasks.runs.outcome import METRICS, MODEL_FORMAT
from tasks.storage.artifact import is_whole, read_manifest
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainedModel:
    """A model that is there.

    Attributes:
        path: its folder.
        finished_at: when its training ended, ISO 8601 with an offset.
        top1: its accuracy on the validation records.
    """

    path: Path
    finished_at: str
    top1: float

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types, as an artefact that was reused."""
        return {
            "path": str(self.path),
            "digest": self.path.name,
            "reused": True,
            "top1": self.top1,
            "finished_at": self.finished_at,
        }


def find_trained(home: Home, dumps: Sequence[str], params: TrainingParams) -> TrainedModel | None:
    """Return the newest model that was trained on these dumps with these params, if there is one.

    Args:
        home: whose models.
        dumps: digests of the dumps of both splits.
        params: as the run has them; ``force`` has no say here.
    """
    wanted = [_pipeline_digests(home.dumps / dump / PIPELINE_JSON) for dump in dumps]
    found = [
        TrainedModel(path, metrics["finished_at"], metrics["top1"])
        for path, metrics in _whole_models(home)
        if list(metrics["digests"].values()) == wanted
        and _decisive(metrics["config"]) == params.decisive()
    ]
    return max(found, key=lambda model: model.finished_at, default=None)


def _whole_models(home: Home) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield what the job would reuse: the folder of every model and its metrics."""
    for path in sorted(home.models.glob("[!.]*")):
        try:
            if is_whole(path) and read_manifest(path)["recipe"]["format"] == MODEL_FORMAT:
                yield path, json.loads((path / METRICS).read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError) as error:
            logger.warning("%s is left out: it cannot be read (%r)", path, error)


def _pipeline_digests(description: Path) -> Any:
    return json.loads(description.read_text(encoding="utf-8"))["digests"]


def _decisive(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the params that a model was trained with; those of an older version may differ."""
    names = TrainingParams.model_fields
    return TrainingParams.model_construct(
        **{name: value for name, value in config.items() if name in names}
    ).decisive()
