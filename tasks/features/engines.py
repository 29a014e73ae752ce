"""The contract of a feature engine, and the registry of engines.

To add one: write a class like ``Engine``, name it in ``ENGINES`` here and in ``FeatureEngine`` of
``tasks/params/network.py``.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tasks.dumps.bigdl_graph import bigdl_refusal
from tasks.dumps.description import GRAPH, Dump
from tasks.errors import GraftError
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk
from tasks.features.tensorflow_engine import TensorflowEngine
from tasks.features.written_file import WrittenFile
from tasks.storage.locations import Location


class Engine(Protocol):
    """Runs the pipeline of a dump on the executors.

    An engine is made from a ``Bridge``; it raises an ``UnavailableError`` then if it does not run
    on this machine.

    Attributes:
        name: its key in ``ENGINES``; part of the features' digest.
        version: of the code that computes the features; another version may give features that
            differ in the last digit, so it is part of their digest.
    """

    name: str
    version: str

    def done(self) -> int:
        """Return how many records this engine has turned into features so far."""

    def extract(self, chunks: Sequence[Chunk], dump: Dump, folder: Location) -> list[WrittenFile]:
        """Write the features of chunks, a Parquet file for each; return the files.

        Columns: ``label`` (int32, from 0), ``feature`` (``dump.feature_size`` float32), ``shard``
        (file name), ``record`` (number in the shard, from 0) and ``name`` (of the picture, as
        ``record_name`` returns it). The file is the chunk's ``file_name``. A chunk that Spark tries
        again, or twice at once, ends as the same file.

        Raises:
            DataError: a record cannot be read or decoded; ``origin`` names it.
            UnsupportedGraphError: the engine cannot run the dump's graph; the node is named.
            UnsupportedRecordError: the engine cannot decode a record that is sound; ``origin``
                names it.
        """

    def answers(self, elements: Any, dump: Dump) -> Any:
        """Return features of pictures that pass by, of which none ends the job.

        Args:
            elements: an RDD of bytes, two for each picture: anything, and a serialised example, or
                nothing where there is no picture.
            dump: the dump.

        Returns:
            An RDD of bytes in the same order: that anything, and an answer as
            ``tasks.features.answer`` describes it, or nothing where nothing came.
        """

    def end_points(
        self, chunk: Chunk, dump: Dump, nodes: Sequence[str]
    ) -> dict[str, npt.NDArray[np.float32]]:
        """Run a few records on the driver and return the values of named nodes.

        Args:
            chunk: the records, all in one batch.
            dump: the dump.
            nodes: names of graph nodes; ``dump.nodes.image_batch`` may be among them.

        Returns:
            By node, float32 ``[records, values]``: a record's values in TensorFlow's order,
            ``[height, width, channels]``, as one row.

        Raises:
            DataError, UnsupportedGraphError, UnsupportedRecordError: as ``extract`` does.
        """


#: Makes an engine, by name. ``check_parity`` tries references in this order.
ENGINES: dict[str, Callable[[Bridge], Engine]] = {
    BigdlEngine.name: BigdlEngine,
    TensorflowEngine.name: TensorflowEngine,
}


def graph_refusal(engine: str, bridge: Bridge, dump: Dump) -> str | None:
    """Return why an engine cannot run a dump's graph, None if it can or if that is not known."""
    if engine != BigdlEngine.name:
        return None
    return bigdl_refusal(bridge.files.read(dump.path / GRAPH), dump.image_size, dump.nodes)


def require_all(written: int, expected: int, dump: Dump) -> None:
    """Raise a ``GraftError`` unless there are as many features as there are records."""
    if written != expected:
        raise GraftError(
            f"{written} features were written for {expected} records of {dump.path}; run again"
        )
