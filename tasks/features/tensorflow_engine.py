"""The ``tensorflow`` engine: the frozen graph in Spark's Python workers, one thread each.

The JVM beside a worker reads its records and writes its features, as bytes.
"""

import importlib.metadata
import importlib.util
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dumps.description import Dump
from tasks.errors import UnavailableError
from tasks.features.bridge import chunk_records, write_features
from tasks.features.chunks import Chunk
from tasks.features.frozen import network_of, send_frozen
from tasks.spark.errors import user_errors
from tasks.storage.locations import Location

# Larger batches are no faster on one thread and take longer to fill their memory.
_BATCH = 16


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

    def extract(self, chunks: Sequence[Chunk], pipeline: Dump, folder: Location) -> int:
        """Write the features of chunks, a Parquet file for each; return how many there are.

        Raises:
            DataError: a record cannot be read or decoded; shard and record are named.
        """
        send_frozen(self._context, pipeline)
        records = chunk_records(self._context, chunks)
        compute = _computer(chunks, pipeline, self._done.add)
        return write_features(records.mapPartitionsWithIndex(compute), folder, chunks)


def end_points(
    context: Any, chunk: Chunk, pipeline: Dump, nodes: Sequence[str]
) -> dict[str, npt.NDArray[np.float32]]:
    """Run a few records here, all in one batch, and return the values of named nodes."""
    send_frozen(context, pipeline)
    with user_errors():
        records = chunk_records(context, [chunk]).collect()
    network = network_of(pipeline)
    images, _ = network.images(records, PurePosixPath(chunk.shard).name, chunk.first)
    return network.values(nodes, images)


def _computer(
    chunks: Sequence[Chunk], pipeline: Dump, done: Callable[[int], None]
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


def extract_chunk(chunk: Chunk, records: Iterable[bytes], pipeline: Dump) -> Iterator[Any]:
    """Yield Arrow record batches of the features of one chunk's records.

    Raises:
        DataError: a picture does not decode; shard and record are named.
    """
    network = network_of(pipeline)
    remaining = iter(records)
    name = PurePosixPath(chunk.shard).name
    for first in range(chunk.first, chunk.first + chunk.records, _BATCH):
        batch = list(islice(remaining, _BATCH))
        features, labels = network.features(batch, name, first)
        yield _rows(features, labels, name, first)


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
