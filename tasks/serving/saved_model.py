"""A SavedModel loaded into a session, without the five seconds that all of TensorFlow takes."""

import importlib
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tasks.errors import DataError, SetupError, UnavailableError, UnsupportedGraphError
from tasks.exports.layout import PICTURES, SAVED_MODEL
from tasks.features.session import reason
from tasks.networks.tensorflow import SessionRuntime, import_session_runtime
from tasks.serving.signature import Array, Signature, read_signatures
from tasks.storage.local_files import read_json_file
from tasks.storage.parallel import cores

_TAG = "serve"
_INIT_SIGNATURE = "__saved_model_init_op"
_INIT_COLLECTIONS = ("saved_model_main_op", "legacy_init_op")


class RefusedInputError(DataError):
    """TensorFlow refused the values of an input."""


class SavedModel:
    """A loaded SavedModel; its methods can be called from several threads.

    Attributes:
        folder: the folder that it was loaded from.
        signatures: by name.
        max_side: pictures are scaled down to it, in pixels, before the model sees them; None: they
            keep their size.

    Args:
        folder: with ``saved_model.pb``, of TensorFlow 1 or 2.

    Raises:
        DataError: there is no SavedModel, or it cannot be read.
        UnavailableError: TensorFlow cannot be imported here.
        UnsupportedGraphError: TensorFlow does not take the graph.
    """

    def __init__(self, folder: Path) -> None:
        try:
            runtime = import_session_runtime()
        except (ImportError, SetupError) as error:
            raise UnavailableError(f"TensorFlow cannot be imported ({reason(error)})") from None
        definition = _read(folder)
        self.folder = folder
        self.max_side = _max_side(folder)
        self.signatures: dict[str, Signature] = read_signatures(definition.signature_def)
        self._refused = runtime.invalid_argument
        self._callables: dict[tuple[str, tuple[str, ...]], Any] = {}
        self._lock = threading.Lock()
        # TensorFlow raises several classes of errors for graphs that it does not take.
        try:
            self._session = _session(definition, folder, runtime)
        except Exception as error:
            raise UnsupportedGraphError(
                f"TensorFlow cannot load {folder} ({reason(error)})"
            ) from None

    def run(
        self, signature: str, inputs: Mapping[str, Array], outputs: Sequence[str] | None = None
    ) -> dict[str, Array]:
        """Return a signature's outputs.

        Args:
            signature: a key of ``signatures``.
            inputs: a value for every input.
            outputs: names of those to compute; by default all.

        Raises:
            RefusedInputError: TensorFlow refuses a value, such as a picture that does not decode.
        """
        names = tuple(outputs or self.signatures[signature].outputs)
        call = self._callable(signature, names)
        try:
            values = call(*(inputs[name] for name in self.signatures[signature].inputs))
        except (self._refused, UnicodeDecodeError) as error:
            raise RefusedInputError(reason(error)) from None
        return dict(zip(names, values, strict=True))

    def close(self) -> None:
        """Free the session's memory; nothing may be running."""
        self._callables.clear()
        self._session.close()

    def _callable(self, signature: str, outputs: tuple[str, ...]) -> Any:
        with self._lock:
            if (signature, outputs) not in self._callables:
                specs = self.signatures[signature]
                self._callables[signature, outputs] = self._session.make_callable(
                    [specs.outputs[name].name for name in outputs],
                    feed_list=[spec.name for spec in specs.inputs.values()],
                )
            return self._callables[signature, outputs]


def _read(folder: Path) -> Any:
    """Return the ``MetaGraphDef`` for serving of a SavedModel."""
    path = folder / SAVED_MODEL
    saved_model_pb2 = importlib.import_module("tensorflow.core.protobuf.saved_model_pb2")
    definition = saved_model_pb2.SavedModel()
    # The parser's error class is protobuf's, whose place differs from version to version.
    try:
        definition.ParseFromString(path.read_bytes())
    except FileNotFoundError:
        raise DataError(f"{folder} is no SavedModel: it has no {SAVED_MODEL}") from None
    except Exception as error:
        raise DataError(f"{path} cannot be read ({reason(error)})") from None
    for graph in definition.meta_graphs:
        if _TAG in graph.meta_info_def.tags:
            return graph
    raise DataError(f"{path} has no graph with the tag {_TAG!r}")


def _max_side(folder: Path) -> int | None:
    """Return the longest side of the pictures that a model was trained on, if it has a bound."""
    path = folder / PICTURES
    try:
        found = read_json_file(path)["max_side"] if path.exists() else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} cannot be read ({error!r}): export the model again") from None
    if found is None or (isinstance(found, int) and found > 0):
        return found
    raise DataError(f"{path}: max_side is {found!r}, expected a number of pixels")


def _session(definition: Any, folder: Path, runtime: SessionRuntime) -> Any:
    """Return a session in which a SavedModel's variables have their values."""
    graph = runtime.graph()
    with graph.as_default():
        runtime.import_graph_def(definition.graph_def, name="")
    graph.finalize()
    session = runtime.open_session(graph, intra_op_parallelism_threads=cores())
    if saver := definition.saver_def.restore_op_name:
        session.run(
            _operation(graph, saver),
            {definition.saver_def.filename_tensor_name: str(folder / "variables" / "variables")},
        )
    if init := _init_operation(definition):
        assets = {
            asset.tensor_info.name: str(folder / "assets" / asset.filename)
            for asset in definition.asset_file_def
        }
        session.run(_operation(graph, init), assets)
    return session


def _operation(graph: Any, name: str) -> Any:
    return graph.as_graph_element(name.partition(":")[0], allow_tensor=False)


def _init_operation(definition: Any) -> str:
    if _INIT_SIGNATURE in definition.signature_def:
        return str(definition.signature_def[_INIT_SIGNATURE].outputs[_INIT_SIGNATURE].name)
    for name in _INIT_COLLECTIONS:
        if values := definition.collection_def[name].node_list.value:
            return str(values[0])
    return ""
