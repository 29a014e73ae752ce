"""The frozen graph of a dump, sent to every worker and loaded into a TensorFlow session."""

import functools
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tasks.dumps.description import FROZEN, Dump
from tasks.dumps.graph import Nodes
from tasks.errors import DataError, SetupError, UnavailableError, UnsupportedGraphError
from tasks.features.bridge import Bridge
from tasks.features.session import JPEG_SHAPE, FrozenSession, reason
from tasks.networks.tensorflow import SessionRuntime, import_session_runtime
from tasks.spark.python_worker import settle
from tasks.storage.locations import RemotePath

_SENDING = threading.Lock()


def frozen_path(dump: Dump) -> Path:
    """Return the graph's path on the driver or in a worker; ``send_frozen`` puts it there."""
    from pyspark import SparkFiles

    if isinstance(dump.path, Path):
        return dump.path / FROZEN
    return Path(SparkFiles.get(_copy_name(dump)))


def send_frozen(bridge: Bridge, dump: Dump) -> None:
    """Send the graph of a remote dump to every worker, once; a local dump has one path for all."""
    if isinstance(dump.path, Path):
        return
    _send(bridge.spark, dump, functools.partial(bridge.files.download, dump.path / FROZEN))


def share_frozen(spark: Any, dump: Dump) -> Dump:
    """Send the graph of a local dump to every worker of a Spark that shares no folder with us.

    Returns:
        The dump as workers find it there.
    """
    sent = replace(dump, path=RemotePath(Path(str(dump.path)).as_uri()))
    _send(spark, sent, functools.partial(shutil.copyfile, Path(str(dump.path)) / FROZEN))
    return sent


def _send(spark: Any, dump: Dump, fetch: Callable[[Path], object]) -> None:
    """Send a graph to every worker, once.

    Args:
        spark: the Spark context.
        dump: a remote one.
        fetch: makes a copy of the graph at a path on the driver.
    """
    with _SENDING:
        if not frozen_path(dump).exists():
            # Workers fetch the file from here; Spark deletes its folder when it stops.
            folder = Path(tempfile.mkdtemp(dir=frozen_path(dump).parent))
            copy = folder / _copy_name(dump)
            fetch(copy)
            spark.addFile(str(copy))


def _copy_name(dump: Dump) -> str:
    # Spark keeps all sent files in one folder: dumps of the same weights share a graph.
    return f"{dump.digests['weights']}-{FROZEN}"


def session_of(dump: Dump) -> FrozenSession:
    """Return a session of a dump's frozen graph, loaded once in a process.

    Raises:
        DataError: the graph cannot be read.
        UnavailableError: TensorFlow cannot be imported here.
        UnsupportedGraphError: TensorFlow does not take the graph.
    """
    return _load(_Frozen(dump.digests["weights"], dump.nodes, frozen_path(dump)))


@dataclass(frozen=True)
class _Frozen:
    """A file with a frozen graph; those of two dumps of the same weights are equal."""

    weights: str
    nodes: Nodes
    path: Path = field(compare=False)


# One session for the life of a worker process: loading the graph takes as long as 30 images.
@functools.lru_cache(maxsize=1)
def _load(frozen: _Frozen) -> FrozenSession:
    """Load a frozen graph into a session of one thread."""
    try:
        runtime = import_session_runtime()
    except (ImportError, SetupError) as error:
        raise UnavailableError(
            f"TensorFlow cannot be imported in {sys.prefix} ({reason(error)})"
        ) from None
    graph = _import_graph(frozen, runtime)
    session = runtime.open_session(
        graph, intra_op_parallelism_threads=1, inter_op_parallelism_threads=1
    )
    settle()
    return FrozenSession(session, frozen.nodes, runtime.invalid_argument)


def _import_graph(frozen: _Frozen, runtime: SessionRuntime) -> Any:
    path, definition, graph = frozen.path, runtime.graph_def(), runtime.graph()
    # The parser's error class is protobuf's, whose place differs from version to version.
    try:
        definition.ParseFromString(path.read_bytes())
    except Exception as error:
        raise DataError(
            f"{path} cannot be read ({reason(error)}); every executor must see it under this path"
        ) from None
    shape = runtime.graph_def()
    shape.node.add(name=JPEG_SHAPE, op="ExtractJpegShape", input=["encoded"])
    # TensorFlow raises several classes of errors for nodes that it does not know.
    try:
        with graph.as_default():
            runtime.import_graph_def(definition, name="")
            # The graph holds the weights now.
            definition.Clear()
            encoded = graph.get_tensor_by_name(f"{frozen.nodes.encoded}:0")
            runtime.import_graph_def(shape, name="", input_map={"encoded:0": encoded})
    except Exception as error:
        raise UnsupportedGraphError(
            f"the tensorflow engine cannot run the graph {path} ({reason(error)})"
        ) from None
    return graph
