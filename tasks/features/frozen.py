"""The frozen graph of a dump, where a Python worker can read it."""

import functools
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dumps.description import FROZEN, Dump
from tasks.dumps.graph import Nodes
from tasks.errors import DataError
from tasks.networks.tensorflow import import_session_runtime
from tasks.spark.files import HadoopFiles
from tasks.spark.python_worker import settle

_SENDING = threading.Lock()


def frozen_path(pipeline: Dump) -> Path:
    """Return the graph's path on the driver or in a worker; ``send_frozen`` puts it there."""
    from pyspark import SparkFiles

    if isinstance(pipeline.path, Path):
        return pipeline.path / FROZEN
    return Path(SparkFiles.get(_copy_name(pipeline)))


def send_frozen(context: Any, pipeline: Dump) -> None:
    """Give every worker the graph of a remote dump, once; a local one it reads by its path."""
    if isinstance(pipeline.path, Path):
        return
    with _SENDING:
        if not frozen_path(pipeline).exists():
            # Workers fetch it from here; Spark deletes its folder in the end.
            folder = Path(tempfile.mkdtemp(dir=frozen_path(pipeline).parent))
            copy = folder / _copy_name(pipeline)
            HadoopFiles.of(context).download(pipeline.path / FROZEN, copy)
            context.addFile(str(copy))


def _copy_name(pipeline: Dump) -> str:
    # Spark's files have one folder for all: dumps of the same weights share a graph.
    return f"{pipeline.digests['weights']}-{FROZEN}"


_JPEG = b"\xff\xd8\xff"


_ABOUT_NODES = ("Graph execution error", "Detected at", "Node:", "[[", "Original stack")


def network_of(pipeline: Dump) -> "Network":
    """Return the session of a dump's frozen graph, loaded once in a process."""
    return load(Frozen(pipeline.digests["weights"], pipeline.nodes, frozen_path(pipeline)))


@dataclass(frozen=True)
class Network:
    """A frozen graph in a TensorFlow session."""

    session: Any
    nodes: Nodes
    invalid_argument: type[Exception]

    def features(
        self, records: Sequence[bytes], shard: str, first: int
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
        """Return features ``[n, 1024]`` and labels ``[n]`` of serialised examples."""
        images, labels = self.images(records, shard, first)
        features = self.values([self.nodes.feature], images)[self.nodes.feature]
        return features.reshape(len(records), -1), labels

    def values(
        self, nodes: Sequence[str], images: npt.NDArray[np.float32]
    ) -> dict[str, npt.NDArray[np.float32]]:
        """Return the values of named nodes for images ``[n, 224, 224, 3]``."""
        batch = {f"{self.nodes.image_batch}:0": images}
        values = self.session.run([f"{node}:0" for node in nodes], batch)
        return dict(zip(nodes, values, strict=True))

    def images(
        self, records: Sequence[bytes], shard: str, first: int
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
        """Return images ``[n, 224, 224, 3]`` and labels ``[n]`` of serialised examples."""
        pairs = [self._image(record, shard, first + i) for i, record in enumerate(records)]
        images, labels = zip(*pairs, strict=True)
        return np.stack(images), np.array(labels, np.int32)

    def _image(self, record: bytes, shard: str, number: int) -> Any:
        outputs = [
            f"{n}:0" for n in (self.nodes.image, self.nodes.record_label, self.nodes.encoded)
        ]
        feeds = {f"{self.nodes.record}:0": record}
        try:
            image, label, encoded = self.session.run(outputs, feeds)
        except self.invalid_argument as error:
            raise DataError(f"{shard}, record {number}: {self._reason(feeds, error)}") from None
        # TensorFlow's DecodeJpeg takes other formats too, BigDL does not.
        if not encoded.startswith(_JPEG):
            raise DataError(f"{shard}, record {number}: {_no_jpeg(encoded)}")
        return image, label

    def _reason(self, feeds: Mapping[str, bytes], error: Exception) -> str:
        try:
            encoded = self.session.run(f"{self.nodes.encoded}:0", feeds)
        except self.invalid_argument:
            return _reason(error)
        if not encoded.startswith(_JPEG):
            return _no_jpeg(encoded)
        return "image/encoded does not decode: the JPEG is damaged or cut short"


@dataclass(frozen=True)
class Frozen:
    """A frozen graph; those of two dumps of the same weights are equal."""

    weights: str
    nodes: Nodes
    path: Path = field(compare=False)


# One session for the life of a worker process: loading the graph takes as long as 30 images.
@functools.lru_cache(maxsize=1)
def load(frozen: Frozen) -> Network:
    """Load a frozen graph into a session of one thread."""
    runtime = import_session_runtime()
    definition = runtime.graph_def()
    definition.ParseFromString(frozen.path.read_bytes())
    graph = runtime.graph()
    with graph.as_default():
        runtime.import_graph_def(definition, name="")
    config = runtime.config(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    session = runtime.session(graph=graph, config=config)
    settle()
    return Network(session, frozen.nodes, runtime.invalid_argument)


def _no_jpeg(encoded: bytes) -> str:
    start = encoded[: len(_JPEG)].hex()
    return (
        f"image/encoded starts with '{start}', expected a JPEG, which starts with '{_JPEG.hex()}'"
    )


def _reason(error: Exception) -> str:
    """Return the line of a graph's error that tells the cause; the others tell the node."""
    lines = [line.strip() for line in str(error).splitlines()]
    return next((line for line in lines if line and not line.startswith(_ABOUT_NODES)), lines[0])
