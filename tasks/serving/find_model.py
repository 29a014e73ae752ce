"""The model to ask: the champion, or the one that a user names."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import DataError, ParamsError
from tasks.exports.layout import SAVED_MODEL, VERSION
from tasks.registry.champion import champion as find_champion
from tasks.registry.champion import find_version
from tasks.registry.history import read_registry
from tasks.registry.version import Version
from tasks.runs.pipeline_run import pipeline_run
from tasks.runs.record import EXPORT, read_step
from tasks.storage.paths import Home
from tasks.storage.proof import require_whole
from tasks.whole_number import whole_number

_DIGEST = re.compile(r"[0-9a-f]{6,64}")


@dataclass(frozen=True)
class FoundModel:
    """A model that can be loaded.

    Attributes:
        folder: its SavedModel.
        version: its number in the registry; that of the folder if it is not registered.
        digest: of its export; None if it lies outside of GRAFT_HOME.
    """

    folder: Path
    version: int
    digest: str | None = None


#: Returns the model to use; None if there is none.
Find = Callable[[], FoundModel | None]


def champion_model(home: Home, name: str) -> FoundModel | None:
    """Return the champion; None if no model was promoted.

    Raises:
        DataError: the registry or the export is damaged, or the champion was not exported.
        ParamsError: ``name`` is not one of a registry.
    """
    version = find_champion(home, name)
    return _of_version(home, name, version) if version else None


def require_champion(home: Home, name: str) -> FoundModel:
    """Return the champion.

    Raises:
        DataError: there is none, or it cannot be used.
        ParamsError: ``name`` is not one of a registry.
    """
    found = champion_model(home, name)
    if found is None:
        raise DataError(
            f"no model of {name!r} was promoted yet: make run trains and promotes one, graft "
            "promote ID promotes one that is there, --model RUN asks that of a run"
        )
    return found


def find_model(home: Home, name: str, model: str) -> FoundModel:
    """Return the model that a user names.

    Args:
        home: where models are.
        name: of the registry.
        model: a version's number or alias, a run of the pipeline of this name, the digest of an
            export or of a model or its beginning, or the path of a SavedModel or an export.

    Raises:
        DataError: what it names cannot be used.
        ParamsError: it names nothing, more than one thing, or a run of another pipeline.
    """
    path = Path(model).expanduser()
    if os.path.isdir(path):  # noqa: PTH112 - that of Path raises for a text that is too long
        return _in_folder(path)
    if version := find_version(home, model, name):
        return _of_version(home, name, version)
    if run := pipeline_run(home, name, model):
        return model_of_run(home, run)
    if _DIGEST.fullmatch(model) and (found := _by_digest(home, name, model)):
        return found
    if "/" in model:
        raise _no_model_in(path)
    raise ParamsError(
        f"--model is {model!r}, expected a version's number, champion or previous, a run, a digest "
        "or the path of a SavedModel; graft models lists the versions"
    )


def model_of_run(home: Home, run: Path) -> FoundModel:
    """Return the model that a run exported.

    Args:
        home: where the export is.
        run: the run's folder.

    Raises:
        DataError: it has exported none, or the export is gone or damaged.
    """
    step = read_step(run, EXPORT)
    if step is None:
        raise DataError(f"the run {run.name!r} has not exported a model")
    if step.error is not None:
        raise DataError(f"the run {run.name!r} could not export its model: {step.error}")
    return _of_export(home, step.digest, 1)


def following(home: Home, name: str) -> Find:
    """Return a function that returns the champion of a registry.

    The files of a champion are checked when it is first returned, not at every call.
    """
    checked: dict[Version, FoundModel] = {}

    def find() -> FoundModel | None:
        version = find_champion(home, name)
        if version is None:
            return None
        if version not in checked:
            found = _of_version(home, name, version)
            checked.clear()
            checked[version] = found
        return checked[version]

    return find


def _in_folder(path: Path) -> FoundModel:
    for folder in (path, path / VERSION):
        if (folder / SAVED_MODEL).is_file():
            number = whole_number(folder.name)
            return FoundModel(folder.resolve(), 1 if number is None else number)
    raise _no_model_in(path)


def _no_model_in(path: Path) -> DataError:
    return DataError(f"--model is {str(path)!r}, which has no {SAVED_MODEL}: expected a SavedModel")


def _of_version(home: Home, name: str, version: Version) -> FoundModel:
    if version.export is None:
        raise DataError(
            f"version {version.number} of {name!r} was not exported: run the DAG again with the "
            "params of its run, which exports the model and trains nothing"
        )
    return _of_export(home, version.export, version.number)


def _by_digest(home: Home, name: str, start: str) -> FoundModel | None:
    exports = {path.name for path in home.exports.glob(f"{start}*") if path.is_dir()}
    if len(exports) > 1:
        raise ParamsError(
            f"--model is {start!r}, with which {len(exports)} exports begin: give "
            "more of its digest"
        )
    return _of_export(home, exports.pop(), 1) if exports else _by_model(home, name, start)


def _by_model(home: Home, name: str, start: str) -> FoundModel | None:
    versions = read_registry(home, name).versions.values()
    found = [version for version in versions if version.model.startswith(start)]
    return _of_version(home, name, found[-1]) if found else None


def _of_export(home: Home, digest: str, number: int) -> FoundModel:
    path = home.exports / digest
    if not path.is_dir():
        raise DataError(f"{path} is not there: run the DAG again, which exports the model anew")
    require_whole(path)
    return FoundModel(path / VERSION, number, digest)
