"""The ``tensorflow`` engine: the frozen graph in Spark's Python workers, one thread each."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dump import FROZEN, Pipeline
from tasks.errors import DataError
from tasks.features.chunks import Chunk
from tasks.graph import Nodes
from tasks.python_worker import settle
from tasks.tensorflow_import import import_session_runtime
from tasks.tfrecord import read_records

# Larger batches are no faster on one thread and take longer to fill their memory.
_BATCH = 16

_ABOUT_NODES = ("Graph execution error", "Detected at", "Node:", "[[", "Original stack")


def extract_chunk(chunk: Chunk, pipeline: Pipeline) -> Iterator[Any]:
    """Yield Arrow record batches of the features of one chunk of a dump's split.

    Columns: ``label`` (int32, from 0), ``feature`` (1,024 float32), ``shard`` (file name) and
    ``record`` (number in the shard, from 0).

    Raises:
        DataError: a picture does not decode; shard and record are named.
    """
    weights = pipeline.digests["weights"]
    network = _load(_Frozen(weights, pipeline.nodes, pipeline.path / FROZEN))
    wanted = chunk.skip + chunk.records
    records = islice(read_records(Path(chunk.shard), chunk.offset, wanted), chunk.skip, None)
    name = Path(chunk.shard).name
    for first in range(chunk.first, chunk.first + chunk.records, _BATCH):
        batch = list(islice(records, _BATCH))
        features, labels = network.features(batch, name, first)
        yield _rows(features, labels, name, first)


@dataclass(frozen=True)
class _Network:
    session: Any
    nodes: Nodes
    invalid_argument: type[Exception]

    def features(
        self, records: Sequence[bytes], shard: str, first: int
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
        """Return features ``[n, 1024]`` and labels ``[n]`` of serialised examples."""
        labels = np.empty(len(records), np.int32)
        images: npt.NDArray[np.float32] | None = None
        for i, record in enumerate(records):
            image, labels[i] = self._image(record, shard, first + i)
            if images is None:
                images = np.empty((len(records), *image.shape), np.float32)
            images[i] = image
        features = self.session.run(
            f"{self.nodes.feature}:0", {f"{self.nodes.image_batch}:0": images}
        )
        return features.reshape(len(records), -1), labels

    def _image(self, record: bytes, shard: str, number: int) -> Any:
        outputs = [f"{self.nodes.image}:0", f"{self.nodes.record_label}:0"]
        try:
            return self.session.run(outputs, {f"{self.nodes.record}:0": record})
        except self.invalid_argument as error:
            raise DataError(
                f"{shard}, record {number}: image/encoded is not a picture that decodes as JPEG; "
                f"TensorFlow says: {_reason(error)}"
            ) from None


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
