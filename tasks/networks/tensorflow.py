"""Imports TensorFlow without its start-up lines: all of it, or only what runs a graph.

The native library writes those lines to the process's error stream before any log level applies,
so that stream leads nowhere while it loads.
"""

import importlib
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from tasks.errors import SetupError


@dataclass(frozen=True)
class SessionRuntime:
    """Names of TensorFlow that are enough to run a frozen graph."""

    graph_def: Any
    graph: Any
    import_graph_def: Any
    session: Any
    config: Any
    invalid_argument: type[Exception]

    def open_session(self, graph: Any, **threads: int) -> Any:
        """Return a session that runs a graph as it is.

        TensorFlow's optimiser would rewrite it first: it finds nothing in a graph whose batch
        normalisation is folded, and keeps copies of the weights meanwhile.

        Args:
            graph: the graph.
            threads: fields of ``ConfigProto`` that say how many threads there are.
        """
        config = self.config(**threads)
        config.graph_options.rewrite_options.disable_meta_optimizer = True
        return self.session(graph=graph, config=config)


def import_tensorflow() -> ModuleType:
    """Import TensorFlow and return it."""
    if not hasattr(sys.modules.get("tensorflow"), "__file__"):
        # The empty package that import_session_runtime leaves would be found instead.
        sys.modules.pop("tensorflow", None)
    with _native_errors_hidden():
        tensorflow = importlib.import_module("tensorflow")
    # TensorFlow warns at every use of the version 1 API, which is the one BigDL can read.
    tensorflow.get_logger().setLevel("ERROR")
    return tensorflow


def import_session_runtime() -> SessionRuntime:
    """Import what runs a frozen graph, which takes 1 s; all of TensorFlow takes 5 s.

    ``tensorflow/__init__.py`` imports Keras and everything else. An empty package with the same
    search path replaces it, so that the submodules can be imported alone.
    """
    _ensure_package()
    with _native_errors_hidden():
        graph_pb2 = importlib.import_module("tensorflow.core.framework.graph_pb2")
        config_pb2 = importlib.import_module("tensorflow.core.protobuf.config_pb2")
        ops = importlib.import_module("tensorflow.python.framework.ops")
        importer = importlib.import_module("tensorflow.python.framework.importer")
        errors = importlib.import_module("tensorflow.python.framework.errors_impl")
        session = importlib.import_module("tensorflow.python.client.session")
    return SessionRuntime(
        graph_def=graph_pb2.GraphDef,
        graph=ops.Graph,
        import_graph_def=importer.import_graph_def,
        session=session.Session,
        config=config_pb2.ConfigProto,
        invalid_argument=errors.InvalidArgumentError,
    )


def import_example() -> Any:
    """Import the message class ``tf.train.Example`` without TensorFlow's native library."""
    _ensure_package()
    return importlib.import_module("tensorflow.core.example.example_pb2").Example


def import_graph_message() -> Any:
    """Import the message class ``tf.GraphDef`` without TensorFlow's native library."""
    _ensure_package()
    return importlib.import_module("tensorflow.core.framework.graph_pb2").GraphDef


def _ensure_package() -> None:
    if "tensorflow" not in sys.modules:
        sys.modules["tensorflow"] = _bare_package("tensorflow")


def _bare_package(name: str) -> ModuleType:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        raise SetupError(f"the Python package {name!r} is not installed in {sys.prefix}")
    package = ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations)
    package.__spec__ = spec
    return package


@contextmanager
def _native_errors_hidden() -> Iterator[None]:
    # The library reads this when it loads, for the lines that it writes later.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path of ours
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
