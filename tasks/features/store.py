"""Features as they are stored: Parquet files, the same for every engine and file system."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.features.bridge import file_contents
from tasks.spark.files import HadoopFiles
from tasks.storage.locations import Location

_PARTITIONS_PER_CORE = 4
_FILES_PER_PARTITION = 8


@dataclass(frozen=True)
class Features:
    """Features in memory.

    Attributes:
        feature: float32 ``[records, 1024]``.
        label: int32 ``[records]``, from 0.
    """

    feature: npt.NDArray[np.float32]
    label: npt.NDArray[np.int32]


def feature_contents(
    context: Any,
    path: Location,
    partitions: int | None = None,
    shards: set[str] | None = None,
) -> Any:
    """Return an RDD of the contents of a features artefact's files, for ``read_features``.

    Args:
        context: the Spark context.
        path: the artefact's folder.
        partitions: of the RDD; by default one for a few files, so that what becomes of one fits the
            driver however many there are. They are in the order of shards and records.
        shards: names of the shards that are wanted, without ``.tfrecord``; None: all.
    """
    names = sorted(HadoopFiles.of(context).sizes(path))
    wanted = [path / name for name in names if _is_features(name, shards)]
    few = -(-len(wanted) // _FILES_PER_PARTITION)
    return file_contents(context, wanted, partitions or few)


def load_tables(context: Any, path: Location, shards: set[str] | None = None) -> Any:
    """Read a features artefact into the driver as ``read_tables`` does; see ``feature_contents``.

    Executors read a remote one, a few files ahead. A local one is read here, which takes a tenth of
    the time.
    """
    if isinstance(path, Path):
        return read_tables(*feature_files(path, shards))
    partitions = _PARTITIONS_PER_CORE * context.defaultParallelism
    contents = feature_contents(context, path, partitions, shards)
    return read_tables(*contents.toLocalIterator(prefetchPartitions=True))


def load_features(context: Any, path: Location) -> Features:
    """Read a features artefact into the driver's memory."""
    return _features(load_tables(context, path))


def feature_files(path: Path, shards: set[str] | None = None) -> list[Path]:
    """Return the files of a local features artefact, in the order of shards and records."""
    return sorted(file for file in path.iterdir() if _is_features(file.name, shards))


def read_features(*files: Path | bytes) -> Features:
    """Read files of a features artefact, or their contents, into memory."""
    return _features(read_tables(*files))


def feature_matrix(table: Any) -> npt.NDArray[np.float32]:
    """Return the features of a table of ``read_tables`` as ``[records, 1024]``."""
    values: npt.NDArray[np.float32] = table["feature"].combine_chunks().flatten().to_numpy()
    return values.reshape(table.num_rows, -1)


def read_tables(*files: Path | bytes) -> Any:
    """Read files of a features artefact, or their contents, as one Arrow table with all columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sources = [io.BytesIO(file) if isinstance(file, bytes) else file for file in files]
    return pa.concat_tables([pq.read_table(source) for source in sources])


def _features(table: Any) -> Features:
    return Features(feature_matrix(table), table["label"].to_numpy())


def _is_features(name: str, shards: set[str] | None) -> bool:
    if not name.endswith(".parquet") or name.startswith("."):
        return False
    return shards is None or name.rpartition("-")[0] in shards
