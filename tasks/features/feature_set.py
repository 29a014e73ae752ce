"""Features of the records that a run takes: a stored artefact without the records left out."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tasks.storage.locations import Location


@dataclass(frozen=True)
class FeatureSet:
    """Stored features of a split, but those of the records left out.

    The artefact has the features of all records, so that every list to exclude can use it.

    Attributes:
        path: the artefact's folder.
        left_out: numbers of the records left out, by file name of their shard.
    """

    path: Location
    left_out: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def of_table(self, table: Any) -> Any:
        """Return the kept rows of an Arrow table of features; the table itself if it has all."""
        shards, records = table["shard"].to_pylist(), table["record"].to_pylist()
        nothing: frozenset[int] = frozenset()
        kept = [
            record not in self.left_out.get(shard, nothing)
            for shard, record in zip(shards, records, strict=True)
        ]
        return table if all(kept) else table.take(np.flatnonzero(kept))

    def of_file(self, content: bytes) -> Iterator[bytes]:
        """Yield a file of the kept rows of a file; nothing if all of its records are left out."""
        import pyarrow.parquet as pq

        index = pq.read_table(io.BytesIO(content), columns=["shard", "record"])
        if self.of_table(index).num_rows == index.num_rows:
            yield content
            return
        kept = self.of_table(pq.read_table(io.BytesIO(content)))
        if kept.num_rows:
            file = io.BytesIO()
            pq.write_table(kept, file, compression="none")
            yield file.getvalue()


#: Features as readers take them: a whole artefact, or one without some records.
FeatureSource = Location | FeatureSet


def feature_set(source: FeatureSource) -> FeatureSet:
    """Return a source as a set; a location is one of all its records."""
    return source if isinstance(source, FeatureSet) else FeatureSet(source)
