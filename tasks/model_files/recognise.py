"""Recognition of a model by its bytes: the name of its file decides nothing."""

import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tasks.errors import DataError
from tasks.storage.archive import unpack
from tasks.storage.shown import shown
from tasks.storage.zip_members import is_zip

Kind = Literal["frozen graph", "SavedModel", "Keras file", "Keras HDF5 file"]

#: Protobuf reads no message that is larger.
MAX_GRAPH_BYTES = 2**31 - 1
SAVED_MODEL = "saved_model.pb"
KERAS_CONFIG = "config.json"
KERAS_WEIGHTS = "model.weights.h5"

_MAX_MEMBERS = 10_000
_MAX_BYTES = 16 * 2**30
_SHOWN = 10
_HDF5 = b"\x89HDF\r\n\x1a\n"
_EXPECTED = (
    "expected a frozen graph (.pb), a SavedModel (a folder or an archive of it), or a Keras model "
    "(.keras, .h5)"
)


@dataclass(frozen=True)
class Model:
    """A model that was found.

    Attributes:
        name: of the file or folder that the user gave, for messages.
        kind: what it is.
        path: its file; of a SavedModel the folder with ``saved_model.pb``.
        parts: of a Keras file, the folder with what is in it.
        definition: of a frozen graph, the ``GraphDef``.
    """

    name: str
    kind: Kind
    path: Path
    parts: Path | None = None
    definition: Any = field(default=None, repr=False, compare=False)


def find_model(given: Path, scratch: Path) -> Model:
    """Return the model that a file or a folder is.

    Args:
        given: a model's file, a folder with a SavedModel, or an archive of one model.
        scratch: an empty folder, to unpack into.

    Raises:
        DataError: it is no model, or several.
    """
    if given.is_dir():
        return _only(given.name, _within(given, given.name))
    if is_zip(given) or _is_tar(given):
        _unpack(given, scratch)
        if _is_keras(scratch):
            return Model(given.name, "Keras file", given, scratch)
        return _only(given.name, _within(scratch, given.name))
    model = _of_file(given, given.name)
    if model is None:
        raise DataError(f"{given.name} is not a model: {_EXPECTED}")
    return model


def _only(name: str, models: Iterator[Model]) -> Model:
    first = next(models, None)
    if first is None:
        raise DataError(f"{name} holds no model: {_EXPECTED}")
    # Their paths alone: together their graphs may be too large.
    more = [model.path for model in models]
    if not more:
        return first
    names = ", ".join(shown(path.name) for path in [first.path, *more][:_SHOWN])
    raise DataError(f"{name} holds {len(more) + 1} models, expected one: {names}")


def _within(folder: Path, name: str) -> Iterator[Model]:
    """Yield the models below a folder; what is in a SavedModel's folder is a part of it."""
    if (folder / SAVED_MODEL).is_file():
        _check_size(folder / SAVED_MODEL)
        yield Model(name, "SavedModel", folder)
        return
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _within(path, name)
        elif path.is_file() and (model := _of_file(path, name)):
            yield model


def _of_file(path: Path, name: str) -> Model | None:
    with path.open("rb") as stream:
        head = stream.read(len(_HDF5))
    if head == _HDF5:
        return Model(name, "Keras HDF5 file", path)
    if is_zip(path):
        # In an archive: a Keras file, unpacked beside itself.
        parts = path.with_name(f"{path.name}.parts")
        try:
            _unpack(path, parts)
            if _is_keras(parts):
                return Model(name, "Keras file", path, parts)
        except DataError:
            pass
        shutil.rmtree(parts, ignore_errors=True)
        return None
    definition = _read_graph(path)
    return None if definition is None else Model(name, "frozen graph", path, definition=definition)


def _unpack(archive: Path, folder: Path) -> None:
    unpack(archive, folder, max_members=_MAX_MEMBERS, max_bytes=_MAX_BYTES)


def _is_keras(folder: Path) -> bool:
    """Return whether a folder holds what was in a Keras file."""
    return (folder / KERAS_CONFIG).is_file() and (folder / KERAS_WEIGHTS).is_file()


def _read_graph(path: Path) -> Any:
    """Return the ``GraphDef`` with nodes that a file is; None if it is none."""
    from google.protobuf.message import (  # type: ignore[import-untyped]  # it has no types
        DecodeError,
    )

    from tasks.networks.tensorflow import import_tensorflow

    with path.open("rb") as stream:
        if stream.read(1) != b"\n":  # field 1, the first node
            return None
    _check_size(path)
    try:
        definition = import_tensorflow().compat.v1.GraphDef.FromString(path.read_bytes())
    except DecodeError:
        return None
    named = any(node.op for node in definition.node) and all(n.name for n in definition.node)
    return definition if named else None


def _check_size(path: Path) -> None:
    size = path.stat().st_size
    if size > MAX_GRAPH_BYTES:
        raise DataError(
            f"{path.name} has {size:,} bytes, and a graph of TensorFlow at most "
            f"{MAX_GRAPH_BYTES:,} (2 GiB, the limit of protobuf): save the model as a SavedModel "
            "or as a Keras file, whose weights lie beside the graph"
        )


def _is_tar(path: Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except (OSError, EOFError):
        return False
