"""Features as Parquet, one artefact for every split, network and engine."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.artifact import Artifact, build
from tasks.dump import Pipeline
from tasks.errors import GraftError
from tasks.features import tensorflow_engine
from tasks.paths import Home
from tasks.progress import Progress, reported
from tasks.spark_errors import user_error

logger = logging.getLogger(__name__)

PARQUET = "features.parquet"
_FORMAT = 1


@dataclass(frozen=True)
class Features:
    """A split's features in memory, in the order of shards and records.

    Attributes:
        feature: float32 ``[records, 1024]``.
        label: int32 ``[records]``, from 0.
    """

    feature: npt.NDArray[np.float32]
    label: npt.NDArray[np.int32]


def extract_features(
    spark: Any, pipelines: Sequence[Pipeline], engine: str, home: Home, cores: int
) -> list[Artifact]:
    """Return the features of every dump, extracting those that are not there yet.

    The dumps are worked on at the same time, so the cores that one leaves idle at its end serve
    the next.

    Raises:
        DataError: a record cannot be read or decoded.
    """
    progress = Progress("features", "images")
    counter = spark.sparkContext.accumulator(0)

    def extract_split(pipeline: Pipeline) -> Artifact:
        def make(folder: Path) -> None:
            progress.expect(pipeline.records)
            _write(tensorflow_engine.extract(spark, pipeline, cores, counter.add), pipeline, folder)

        return build(home.features, _recipe(pipeline, engine), make)

    with reported(progress, lambda: counter.value), ThreadPoolExecutor(len(pipelines)) as pool:
        return list(pool.map(extract_split, pipelines))


def read_features(path: Path) -> Features:
    """Read a features artefact into memory."""
    import pyarrow.parquet as pq

    table = pq.read_table(path / PARQUET).sort_by([("shard", "ascending"), ("record", "ascending")])
    feature = table["feature"].combine_chunks().flatten().to_numpy()
    return Features(feature.reshape(table.num_rows, -1), table["label"].to_numpy())


def _recipe(pipeline: Pipeline, engine: str) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "engine": engine,
        "split": pipeline.split,
        "dataset": pipeline.digests["dataset"],
        "weights": pipeline.digests["weights"],
        "records": pipeline.records,
    }


def _write(rows: Any, pipeline: Pipeline, folder: Path) -> None:
    try:
        rows.write.parquet((folder / PARQUET).as_uri())
    except Exception as error:
        raise user_error(error) or error from None
    written = _count(folder / PARQUET)
    if written != pipeline.records:
        raise GraftError(
            f"{written} features were written for the {pipeline.records} records of "
            f"{pipeline.path}; run again"
        )


def _count(path: Path) -> int:
    import pyarrow.dataset as ds

    count: int = ds.dataset(path, format="parquet").count_rows()
    return count
