"""Search for a model that was trained on the same inputs, without Spark.

The job asks the same of its whole recipe, but has to start Spark for that: the recipe holds the
number of cores, which depends on the cluster and not on the inputs.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.datasets.pair import Pair
from tasks.dumps.description import PIPELINE_JSON
from tasks.dumps.engine_choice import engine_of_dump
from tasks.errors import DataError
from tasks.models.recipe import inputs_of, inputs_of_model, is_current
from tasks.params.definitions import JobParams
from tasks.runs.engine_record import EngineRecord
from tasks.runs.metrics import Metrics
from tasks.storage.artifact import is_whole
from tasks.storage.local_files import read_json_file
from tasks.storage.manifest import MANIFEST, read_manifest
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainedModel:
    """A model that exists.

    Attributes:
        path: its folder.
        finished_at: end of its training, ISO 8601 with an offset.
        top1: its accuracy on the validation records.
        records: how many of them there are.
        engine: the feature engine that runs its network.
    """

    path: Path
    finished_at: str
    top1: float
    records: int
    engine: EngineRecord

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types, as an artefact that was reused."""
        return {
            "path": str(self.path),
            "digest": self.path.name,
            "reused": True,
            "top1": self.top1,
            "records": self.records,
            "finished_at": self.finished_at,
        }


def find_trained(
    home: Home,
    dumps: Pair[str],
    params: JobParams,
    *,
    among: Collection[str],
    exclude: str | None = None,
    suits: Callable[[Metrics], bool] = lambda _: True,
) -> TrainedModel | None:
    """Return the newest model that was trained on these dumps with these params, else None.

    Args:
        home: where the models are.
        dumps: digests of the dumps' recipes.
        params: the run's; ``force`` has no influence here.
        among: digests of the models to choose from.
        exclude: SHA-256 of the entries of the list to exclude, None without a list.
        suits: says what else the model has to be.
    """
    # Whoever needs a dump that is gone says so.
    if not among or not all((home.dumps / dump / PIPELINE_JSON).is_file() for dump in dumps):
        return None
    engine = engine_of_dump(params.feature_engine, home.dumps / dumps.train)
    digests = dumps.map(lambda dump: _dump_digests(home.dumps / dump))
    wanted = inputs_of(params.with_engine(engine.name), digests, exclude)
    found = [
        TrainedModel(path, metrics.finished_at, metrics.top1, metrics.records.validation, engine)
        for path, metrics in _models(home, among)
        if suits(metrics) and inputs_of_model(metrics) == wanted
    ]
    newest_first = sorted(found, key=lambda model: model.finished_at, reverse=True)
    return next((model for model in newest_first if is_whole(model.path)), None)


def _models(home: Home, digests: Collection[str]) -> Iterator[tuple[Path, Metrics]]:
    """Yield folder and metrics of the models of this version's format."""
    paths = (home.models / digest for digest in sorted(set(digests)))
    for path in (path for path in paths if (path / MANIFEST).is_file()):
        try:
            if is_current(read_manifest(path).recipe):
                yield path, Metrics.read(path)
        except (DataError, OSError, ValueError) as error:
            logger.warning("%s is left out: it cannot be read (%r)", path, error)


def _dump_digests(dump: Path) -> dict[str, str]:
    digests: dict[str, str] = read_json_file(dump / PIPELINE_JSON)["digests"]
    return digests
