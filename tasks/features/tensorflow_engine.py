"""The ``tensorflow`` engine: the frozen graph in Spark's Python workers, one thread each.

The JVM beside a worker reads its records and writes its features, as bytes.
"""

import functools
import importlib.metadata
import importlib.util
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dump import Pipeline
from tasks.errors import DataError, UnavailableError
from tasks.features.bridge import chunk_records, write_features
from tasks.features.chunks import Chunk
from tasks.features.frozen import frozen_path, send_frozen
from tasks.graph import Nodes
from tasks.locations import Location
from tasks.python_worker import settle
from tasks.spark_errors import user_errors
from tasks.tensorflow_import import import_session_runtime

# Larger batches are no faster on one thread and take longer to fill their memory.
_BATCH = 16

_JPEG = b"\xff\xd8\xff"

_ABOUT_NODES = ("Graph execution error", "Detected at", "Node:", "[[", "Original stack")


class TensorflowEngine:
    """Runs the frozen graph in the executors' Python workers.

    Raises:
        UnavailableError: TensorFlow is not installed.
    """

    def __init__(self, context: Any) -> None:
        if importlib.util.find_spec("tensorflow") is None:
            raise UnavailableError(f"TensorFlow is not installed in {sys.prefix}: make setup")
        self.version = importlib.metadata.version("tensorflow-cpu")
        self._context = context
        self._done = context.accumulator(0)

    def done(self) -> int:
        """Return how many records have been through."""
        return int(self._done.value)

    def extract(self, chunks: Sequence[Chunk], pipeline: Pipeline, folder: Location) -> int:
        """Write the features of chunks, a Parquet file for each; return how many there are.

        Raises:
            DataError: a record cannot be read or decoded; shard and record are named.
        """
        send_frozen(self._context, pipeline)
        records = chunk_records(self._context, chunks)
        compute = _computer(chunks, pipeline, self._done.add)
        return write_features(records.mapPartitionsWithIndex(compute), folder, chunks)


def end_points(
    context: Any, chunk: Chunk, pipeline: Pipeline, nodes: Sequence[str]
) -> dict[str, npt.NDArray[np.float32]]:
    """Run a few records here, all in one batch, and return the values of named nodes."""
    send_frozen(context, pipeline)
    with user_errors():
        records = chunk_records(context, [chunk]).collect()
    network = _network_of(pipeline)
    images, _ = network.images(records, PurePosixPath(chunk.shard).name, chunk.first)
    return network.values(nodes, images)


def _computer(
    chunks: Sequence[Chunk], pipeline: Pipeline, done: Callable[[int], None]
) -> Callable[[int, Iterable[bytes]], Iterator[bytes]]:
    """Return what a worker does with a chunk's records: make Parquet of their features."""

    def compute(index: int, records: Iterable[bytes]) -> Iterator[bytes]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        # To their end: Spark starts a new worker after one that left something unread.
        read = list(records)
        table = pa.Table.from_batches(list(extract_chunk(chunks[index], read, pipeline)))
        content = io.BytesIO()
        # Features are noise to a compressor, and a dictionary of them larger than they are.
        pq.write_table(table, content, compression="none", use_dictionary=["shard"])
        done(table.num_rows)
        yield content.getvalue()

    return compute


def extract_chunk(chunk: Chunk, records: Iterable[bytes], pipeline: Pipeline) -> Iterator[Any]:
    """Yield Arrow record batches of the features of one chunk's records.

    Raises:
        DataError: a picture does not decode; shard and record are named.
    """
    network = _network_of(pipeline)
    remaining = iter(records)
    name = PurePosixPath(chunk.shard).name
    for first in range(chunk.first, chunk.first + chunk.records, _BATCH):
        batch = list(islice(remaining, _BATCH))
        features, labels = network.features(batch, name, first)
        yield _rows(features, labels, name, first)


def _network_of(pipeline: Pipeline) -> "_Network":
    return _load(_Frozen(pipeline.digests["weights"], pipeline.nodes, frozen_path(pipeline)))


@dataclass(frozen=True)
class _Network:
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
class _Frozen:
    """A frozen graph; those of two dumps of the same weights are equal."""

    weights: str
    nodes: Nodes
    path: Path = field(compare=False)


# One session for the life of a worker process: loading the graph takes as long as 30 images.
@functools.lru_cache(maxsize=1)
def _load(frozen: _Frozen) -> _Network:
    runtime = import_session_runtime()
    definition = runtime.graph_def()
    definition.ParseFromString(frozen.path.read_bytes())
    graph = runtime.graph()
    with graph.as_default():
        runtime.import_graph_def(definition, name="")
    config = runtime.config(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    session = runtime.session(graph=graph, config=config)
    settle()
    return _Network(session, frozen.nodes, runtime.invalid_argument)


def _no_jpeg(encoded: bytes) -> str:
    start = encoded[: len(_JPEG)].hex()
    return (
        f"image/encoded starts with '{start}', expected a JPEG, which starts with '{_JPEG.hex()}'"
    )


def _reason(error: Exception) -> str:
    """Return the line of a graph's error that tells the cause; the others tell the node."""
    lines = [line.strip() for line in str(error).splitlines()]
    return next((line for line in lines if line and not line.startswith(_ABOUT_NODES)), lines[0])


def _rows(
    features: npt.NDArray[np.float32], labels: npt.NDArray[np.int32], shard: str, first: int
) -> Any:
    import pyarrow as pa

    count, width = features.shape
    offsets = pa.array(np.arange(0, count * width + 1, width, dtype=np.int32))
    return pa.RecordBatch.from_arrays(
        [
            pa.array(labels),
            pa.ListArray.from_arrays(offsets, pa.array(features.reshape(-1))),
            pa.array([shard] * count),
            pa.array(np.arange(first, first + count, dtype=np.int64)),
        ],
        names=["label", "feature", "shard", "record"],
    )
