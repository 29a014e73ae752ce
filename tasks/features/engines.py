"""What a feature engine is, and those that there are."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from tasks.dumps.description import Dump
from tasks.errors import GraftError
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.chunks import Chunk
from tasks.features.tensorflow_engine import TensorflowEngine
from tasks.storage.locations import Location


class Engine(Protocol):
    """Runs a dump's pipeline on the executors.

    Attributes:
        version: of what computes the features; others may differ in the last digit.
    """

    version: str

    def done(self) -> int:
        """Return how many records have been through."""

    def extract(self, chunks: Sequence[Chunk], pipeline: Dump, folder: Location) -> int:
        """Write the features of chunks, a Parquet file for each; return how many there are.

        Columns: ``label`` (int32, from 0), ``feature`` (1,024 float32), ``shard`` (file name) and
        ``record`` (number in the shard, from 0). The file is the chunk's ``file_name``. A chunk
        that Spark tries again, or twice at once, ends as the same file.

        Raises:
            DataError: a record cannot be read or decoded; shard and record are named.
        """


#: Makes an engine on a Spark context.
ENGINES: dict[str, Callable[[Any], Engine]] = {
    "bigdl": BigdlEngine,
    "tensorflow": TensorflowEngine,
}


def require_all(written: int, expected: int, pipeline: Dump) -> None:
    """Raise a ``GraftError`` unless there are as many features as there are records."""
    if written != expected:
        raise GraftError(
            f"{written} features were written for {expected} records of {pipeline.path}; run again"
        )
