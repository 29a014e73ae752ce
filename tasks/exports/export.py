"""The artefact of an exported model: a SavedModel and its model card."""

import importlib.metadata
import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tasks.dumps.description import FROZEN, PIPELINE_JSON, Dump, read_description
from tasks.errors import DataError
from tasks.exports.card import model_card
from tasks.exports.classifier import make_classifier
from tasks.exports.formats import converter_versions, write_formats
from tasks.exports.layout import CARD, SAVED_MODEL, VERSION
from tasks.exports.saved_model import write_saved_model
from tasks.models.export import ARRAYS, load_head
from tasks.networks.tensorflow import import_tensorflow
from tasks.runs.metrics import Metrics
from tasks.runs.read_data_record import read_data_record
from tasks.spark.files import hadoop_files
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.local_files import write_text
from tasks.storage.locations import RemotePath, location
from tasks.storage.paths import Home
from tasks.storage.proof import require_whole

logger = logging.getLogger(__name__)

#: Version of the export; part of its recipe, so raising it exports every model anew.
FORMAT = 1
_PACKAGES = ("tensorflow-cpu",)


def export_model(model: Path, home: Home) -> LocalArtifact:
    """Export a model as a SavedModel, unless it was exported before.

    Where their converters are installed, the export has the model in other formats, too.

    Args:
        model: folder of the model.
        home: where its dump is, and where the export goes.

    Raises:
        DataError: the model or its dump is gone, or was changed.
    """
    if not (model / ARRAYS).is_file():
        raise DataError(f"{model} has no {ARRAYS}; expected the folder of a trained model")
    metrics = Metrics.read(model)
    converters = converter_versions()
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES} | converters
    recipe = {
        "format": FORMAT,
        "model": model.name,
        "dump": metrics.digests.validation,
        "versions": versions,
    }

    make = partial(
        _write_export,
        model=model,
        metrics=metrics,
        home=home,
        versions=versions,
        with_formats=bool(converters),
    )
    made = build(home.exports, recipe, make, needs=(f"{VERSION}/{SAVED_MODEL}", CARD))
    logger.info("exported %s to %s", model.name, made.path / VERSION)
    return made


def _write_export(
    folder: Path,
    *,
    model: Path,
    metrics: Metrics,
    home: Home,
    versions: Mapping[str, str],
    with_formats: bool,
) -> None:
    require_whole(model)
    head, class_names = load_head(model / ARRAYS)
    with _dump_of(metrics, home) as (dump, frozen):
        if list(dump.class_names) != class_names:
            raise DataError(f"{dump.path} and {model} have other classes: run the DAG again")
        classifier = make_classifier(_read_graph(frozen), dump, head)
        names = write_saved_model(classifier, folder / VERSION, dump.max_side)
        formats = write_formats(classifier, folder) if with_formats else []
    card = model_card(
        model=model,
        metrics=metrics,
        data=read_data_record(home.datasets / metrics.digests.validation["dataset"]),
        dump=dump,
        signatures=names,
        formats=formats,
        versions=versions,
    )
    write_text(folder / CARD, card)


@contextmanager
def _dump_of(metrics: Metrics, home: Home) -> Iterator[tuple[Dump, Path]]:
    """Yield the validation dump of a model and its frozen graph on this machine."""
    recorded = location(metrics.dumps.validation)
    local = home.dumps / metrics.validation_dump
    if (local / PIPELINE_JSON).is_file():
        yield read_description(local), local / FROZEN
    elif isinstance(recorded, RemotePath):
        with hadoop_files() as files, tempfile.TemporaryDirectory(prefix="graft-export-") as kept:
            dump = read_description(recorded, files)
            files.download(recorded / FROZEN, Path(kept) / FROZEN)
            yield dump, Path(kept) / FROZEN
    else:
        yield read_description(recorded), recorded / FROZEN


def _read_graph(frozen: Path) -> Any:
    """Return the ``GraphDef`` in a file."""
    definition = import_tensorflow().compat.v1.GraphDef()
    definition.ParseFromString(frozen.read_bytes())
    return definition
