"""The model that scores: the champion, or the one that a user names."""

import re
from dataclasses import dataclass

from tasks.dumps.description import Dump, read_description
from tasks.errors import DataError, ParamsError
from tasks.models.export import ARRAYS, load_head
from tasks.models.head import Head
from tasks.registry.champion import FLOWERS, find_version
from tasks.registry.state import CHAMPION
from tasks.runs.metrics import METRICS, Metrics, RunMetrics
from tasks.runs.pipeline_run import pipeline_run
from tasks.storage.artifact import is_whole
from tasks.storage.files import LOCAL, Files
from tasks.storage.locations import Location
from tasks.storage.paths import Home

_DIGEST = re.compile(r"[0-9a-f]{6,64}")


@dataclass(frozen=True)
class TrainedModel:
    """A trained model with all that scoring needs of it.

    Attributes:
        name: of the registry.
        digest: the name of its folder in ``models/``.
        version: its number in the registry; None where the user named a run or a digest.
        engine: the feature engine that made the features on which it was trained.
        dump: graph and weights of the network.
        head: works on raw features.
        class_names: in label order.
    """

    name: str
    digest: str
    version: int | None
    engine: str
    dump: Dump
    head: Head
    class_names: tuple[str, ...]


def load_model(
    home: Home, model: str, files: Files = LOCAL, *, name: str = FLOWERS
) -> TrainedModel:
    """Return the model that a user names.

    Args:
        home: where models are.
        model: ``champion``, ``previous``, a version's number, a run of the pipeline of this name,
            or a model's digest or its beginning.
        files: where the dumps lie, which executors read.
        name: of the registry.

    Raises:
        DataError: it is gone or was changed.
        ParamsError: there is no such model, or more than one, or the run is another pipeline's.
    """
    digest, version = _find(home, name, model)
    folder = home.models / digest
    if not is_whole(folder):
        raise DataError(
            f"the model {folder} is gone or was changed: run the DAG with the params of its run, "
            "which makes it again"
        )
    metrics = Metrics.read(folder)
    head, class_names = load_head(folder / ARRAYS)
    return TrainedModel(
        name=name,
        digest=digest,
        version=version,
        engine=str(metrics.config["feature_engine"]),
        dump=_dump(home, metrics, files),
        head=head,
        class_names=tuple(class_names),
    )


def _find(home: Home, name: str, model: str) -> tuple[str, int | None]:
    """Return digest and version of a model."""
    if version := find_version(home, model, name):
        return version.model, version.number
    if model == CHAMPION:
        raise ParamsError(
            f"model is 'champion' and no model of {name!r} was promoted yet: make run trains and "
            "promotes one; or name a run or the digest of a model"
        )
    run = pipeline_run(home, name, model)
    if run and (run / METRICS).is_file():
        return RunMetrics.read(run).model.digest, None
    found = _with_digest(home, model)
    if len(found) == 1:
        return found[0], None
    several = f", with which {len(found)} models begin" if found else ""
    raise ParamsError(
        f"model is {model!r}{several}, expected champion, previous, a version's number, a run, or "
        f"a model's digest; graft models --name {name} lists the versions"
    )


def _with_digest(home: Home, start: str) -> list[str]:
    if not _DIGEST.fullmatch(start):
        return []
    return sorted(path.name for path in home.models.glob(f"{start}*") if path.is_dir())


def _dump(home: Home, metrics: Metrics, files: Files) -> Dump:
    folder: Location = home.shared(home.dumps) / metrics.validation_dump
    return read_description(folder, files)
