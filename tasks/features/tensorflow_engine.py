"""The ``tensorflow`` engine: the frozen graph in Spark's Python workers, one thread each.

The JVM beside a worker reads its records and writes its features, as bytes.
"""

import importlib.metadata
import importlib.util
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dumps.description import Dump
from tasks.errors import DataError, UnavailableError
from tasks.features.answer import FEATURE, REASON
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk
from tasks.features.frozen import send_frozen, session_of
from tasks.features.record_name import origin, picture_digest, record_name
from tasks.features.session import FrozenSession
from tasks.features.written_file import WrittenFile
from tasks.spark.errors import user_errors
from tasks.storage.locations import Location

# Larger batches are no faster on one thread and take longer to fill their memory.
_BATCH = 16


class TensorflowEngine:
    """Runs the frozen graph in the executors' Python workers.

    Raises:
        UnavailableError: TensorFlow is not installed.
    """

    name = "tensorflow"

    def __init__(self, bridge: Bridge) -> None:
        if importlib.util.find_spec("tensorflow") is None:
            raise UnavailableError(
                f"TensorFlow is not installed in {sys.prefix} (make setup installs it)"
            )
        self.version = importlib.metadata.version("tensorflow-cpu")
        self._bridge = bridge
        self._done = bridge.spark.accumulator(0)

    def done(self) -> int:
        """Return how many records this engine has turned into features so far."""
        return int(self._done.value)

    def extract(self, chunks: Sequence[Chunk], dump: Dump, folder: Location) -> list[WrittenFile]:
        """Write the features of chunks, as ``Engine.extract`` says."""
        send_frozen(self._bridge, dump)
        records = self._bridge.records(chunks)
        compute = _computer(chunks, dump, self._done.add)
        contents = records.mapPartitionsWithIndex(compute)
        return self._bridge.write_features(contents, folder, chunks)

    def answers(self, elements: Any, dump: Dump) -> Any:
        """Return features of pictures that pass by, as ``Engine.answers`` says."""
        send_frozen(self._bridge, dump)
        return elements.mapPartitions(partial(answers_to, dump))

    def end_points(
        self, chunk: Chunk, dump: Dump, nodes: Sequence[str]
    ) -> dict[str, npt.NDArray[np.float32]]:
        """Return the values of named nodes, as ``Engine.end_points`` says."""
        send_frozen(self._bridge, dump)
        with user_errors():
            records = self._bridge.records([chunk]).collect()
        session = session_of(dump)
        images, _ = session.images(records, PurePosixPath(chunk.shard).name, chunk.first)
        values = session.values(nodes, images)
        return {node: values[node].reshape(chunk.records, -1) for node in nodes}


def answers_to(dump: Dump, elements: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what ``Engine.answers`` says for the elements of one task."""
    session = session_of(dump)
    remaining = iter(elements)
    while group := list(islice(remaining, 2 * _BATCH)):
        answers = iter(_answers(session, [record for record in group[1::2] if record]))
        for beside, record in zip(group[::2], group[1::2], strict=True):
            yield beside
            yield next(answers) if record else record


def _answers(session: FrozenSession, records: Sequence[bytes]) -> list[bytes]:
    answers: list[bytes] = []
    images = []
    for record in records:
        try:
            images.append(session.images([record], "", 0)[0][0])
            answers.append(b"")
        except DataError as error:
            where = f"{origin('', 0, record_name(record))}: "
            answers.append(REASON + str(error).removeprefix(where).encode())
    if images:
        node = session.nodes.feature
        rows = session.values([node], np.stack(images))[node].reshape(len(images), -1)
        features = iter(rows.astype("<f4"))
        answers = [answer or FEATURE + next(features).tobytes() for answer in answers]
    return answers


def _computer(
    chunks: Sequence[Chunk], dump: Dump, done: Callable[[int], None]
) -> Callable[[int, Iterable[bytes]], Iterator[bytes]]:
    """Return a function that a worker calls with a chunk's records: it yields one Parquet file."""

    def compute(index: int, records: Iterable[bytes]) -> Iterator[bytes]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        # All records: Spark replaces a worker that leaves some unread.
        read = list(records)
        table = pa.Table.from_batches(list(extract_chunk(chunks[index], read, dump)))
        content = io.BytesIO()
        # Features do not compress, and a dictionary of them is larger than they are.
        pq.write_table(
            table,
            content,
            compression="none",
            use_dictionary=["shard"],
            write_page_checksum=True,
        )
        done(table.num_rows)
        yield content.getvalue()

    return compute


def extract_chunk(chunk: Chunk, records: Iterable[bytes], dump: Dump) -> Iterator[Any]:
    """Yield Arrow record batches of the features of one chunk's records.

    Raises:
        DataError: a picture does not decode; shard, record and name are told.
    """
    session = session_of(dump)
    remaining = iter(records)
    shard = PurePosixPath(chunk.shard).name
    for first in range(chunk.first, chunk.first + chunk.records, _BATCH):
        batch = list(islice(remaining, _BATCH))
        features, labels = session.features(batch, shard, first)
        yield _rows(features, labels, shard, first, batch)


def _rows(
    features: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int32],
    shard: str,
    first: int,
    records: Sequence[bytes],
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
            pa.array([record_name(record) for record in records], pa.string()),
            pa.array([picture_digest(record) for record in records], pa.string()),
        ],
        names=["label", "feature", "shard", "record", "name", "digest"],
    )
