"""A SavedModel of TensorFlow 2 as a model.

TensorFlow runs parts of a SavedModel when it loads it: what initialises tables and other resources,
and what restores objects that bring functions of their own for it. A model that has such parts is
refused before it is loaded; of all others only variables are restored, by TensorFlow's own code.
"""

from typing import Any

from tasks.errors import DataError
from tasks.model_files.given import Given, frozen
from tasks.model_files.operations import check_names
from tasks.model_files.recognise import SAVED_MODEL, Model
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.shown import shown

_USUAL = "serving_default"
_VARIABLE = "variable"


def load_saved_model(model: Model) -> Given:
    """Return the graph of a SavedModel's signature ``serving_default``, or of its only one.

    Raises:
        DataError: it cannot be loaded, has no signature that is meant, or would run code.
    """
    tf = import_tensorflow()
    _check(model)
    try:
        loaded = tf.saved_model.load(str(model.path))
    except Exception as error:  # TensorFlow raises many classes for damaged files.
        raise DataError(
            f"{model.name} cannot be loaded as a SavedModel: {_first_line(error)}"
        ) from error
    return frozen(model.name, _signature(model.name, loaded.signatures))


def _signature(name: str, signatures: Any) -> Any:
    names = list(signatures)
    if _USUAL in names:
        return signatures[_USUAL]
    if len(names) != 1:
        listed = ", ".join(shown(each) for each in names) or "none"
        raise DataError(
            f"{name}: expected a signature {_USUAL}, or only one; found: {listed}; Keras' "
            "model.export(folder) writes one"
        )
    return signatures[names[0]]


def _check(model: Model) -> None:
    from google.protobuf.message import (  # type: ignore[import-untyped]  # it has no types
        DecodeError,
    )
    from tensorflow.core.protobuf import saved_model_pb2

    try:
        saved = saved_model_pb2.SavedModel.FromString((model.path / SAVED_MODEL).read_bytes())
    except DecodeError as error:
        raise DataError(f"{model.name}: {SAVED_MODEL} is damaged: {error}") from error
    for graph in saved.meta_graphs:
        check_names(model.name, graph.graph_def)
        if not graph.object_graph_def.nodes:
            raise DataError(
                f"{model.name} is a SavedModel of TensorFlow 1, which runs a graph of its own to "
                "load its variables: freeze it, and give the frozen graph (.pb)"
            )
        for number, node in enumerate(graph.object_graph_def.nodes):
            _check_object(model.name, number, node)


def _check_object(name: str, number: int, node: Any) -> None:
    kind = node.WhichOneof("kind")
    if kind == "resource":
        raise DataError(
            f"{name}: object {number} is a resource, such as a table, which runs code of the model "
            "when it is loaded: export the network alone"
        )
    if kind != _VARIABLE and (node.saveable_objects or node.registered_saver):
        raise DataError(
            f"{name}: object {number} brings code of its own to be restored: export the network "
            "alone"
        )


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
