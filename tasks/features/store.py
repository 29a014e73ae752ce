"""Stored features: Parquet files, the same for every engine and file system."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.features.bridge import Bridge
from tasks.features.feature_set import FeatureSource, feature_set
from tasks.storage.locations import Location

_PARTITIONS_PER_CORE = 4
_FILES_PER_PARTITION = 8


@dataclass(frozen=True)
class Features:
    """Features in memory.

    Attributes:
        feature: float32 ``[records, feature_size]``.
        label: int32 ``[records]``, from 0.
        digest: SHA-256 of each record's encoded picture as 64 hexadecimal digits, ASCII bytes
            ``[records]``.
    """

    feature: npt.NDArray[np.float32]
    label: npt.NDArray[np.int32]
    digest: npt.NDArray[np.bytes_]

    def take(self, rows: npt.NDArray[np.int64]) -> "Features":
        """Return the records with these numbers, in their order."""
        return Features(self.feature[rows], self.label[rows], self.digest[rows])


def feature_contents(
    bridge: Bridge,
    source: FeatureSource,
    partitions: int | None = None,
    shards: set[str] | None = None,
) -> Any:
    """Return an RDD of the contents of a features artefact's files, for ``read_features``.

    The files are in the order of shards and records. Records that the source leaves out are in
    none of them.

    Args:
        bridge: the bridge to the JVM.
        source: the artefact's folder, or a set.
        partitions: number of partitions. Default: one for 8 files, so that the driver can hold the
            result of one partition.
        shards: names of the wanted shards, without ``.tfrecord``; None: all.
    """
    chosen = feature_set(source)
    names = sorted(bridge.files.sizes(chosen.path))
    wanted = [chosen.path / name for name in names if _is_features(name, shards)]
    few = -(-len(wanted) // _FILES_PER_PARTITION)
    contents = bridge.contents(wanted, partitions or few)
    return contents.flatMap(chosen.of_file) if chosen.left_out else contents


def load_tables(bridge: Bridge, source: FeatureSource, shards: set[str] | None = None) -> Any:
    """Read a features artefact into the driver as ``read_tables`` does; see ``feature_contents``.

    Executors read a remote one, a few files ahead. The driver reads a local one, which takes a
    tenth of the time.
    """
    chosen = feature_set(source)
    if isinstance(chosen.path, Path):
        table = read_tables(*feature_files(chosen.path, shards))
        return chosen.of_table(table) if chosen.left_out else table
    partitions = _PARTITIONS_PER_CORE * bridge.spark.defaultParallelism
    contents = feature_contents(bridge, chosen, partitions, shards)
    return read_tables(*contents.toLocalIterator(prefetchPartitions=True))


def load_files(bridge: Bridge, files: Sequence[Location]) -> Any:
    """Read some files of a features artefact into the driver, as ``read_tables`` does."""
    local = [file for file in files if isinstance(file, Path)]
    if len(local) == len(files):
        return read_tables(*local)
    return read_tables(*bridge.contents(files, len(files)).collect())


def load_features(bridge: Bridge, source: FeatureSource) -> Features:
    """Read a features artefact into the driver's memory, but for records left out."""
    return _features(load_tables(bridge, source))


def feature_files(path: Path, shards: set[str] | None = None) -> list[Path]:
    """Return the files of a local features artefact, in the order of shards and records."""
    return sorted(file for file in path.iterdir() if _is_features(file.name, shards))


def read_features(*files: Path | bytes) -> Features:
    """Read files of a features artefact, or their contents, into memory."""
    return _features(read_tables(*files))


def feature_matrix(table: Any) -> npt.NDArray[np.float32]:
    """Return the features of a table of ``read_tables`` as ``[records, feature_size]``."""
    values: npt.NDArray[np.float32] = table["feature"].combine_chunks().flatten().to_numpy()
    return values.reshape(table.num_rows, -1)


def read_tables(*files: Path | bytes) -> Any:
    """Read files of a features artefact, or their contents, as one Arrow table with all columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sources = [io.BytesIO(file) if isinstance(file, bytes) else file for file in files]
    return pa.concat_tables([pq.read_table(source) for source in sources])


def _features(table: Any) -> Features:
    digest = np.array(table["digest"].to_pylist(), np.bytes_)
    return Features(feature_matrix(table), table["label"].to_numpy(), digest)


def _is_features(name: str, shards: set[str] | None) -> bool:
    if not name.endswith(".parquet") or name.startswith("."):
        return False
    return shards is None or name.rpartition("-")[0] in shards
