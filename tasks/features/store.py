"""Features as Parquet files, one artefact for every split, network and engine."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tasks.artifact import Artifact, build
from tasks.dump import Pipeline
from tasks.errors import GraftError
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.chunks import Chunk, plan_chunks
from tasks.features.tensorflow_engine import TensorflowEngine
from tasks.paths import Home
from tasks.progress import Progress, reported
from tasks.spark_cluster import wait_for_tasks

_FORMAT = 2


class Engine(Protocol):
    """Runs a dump's pipeline on the executors.

    Attributes:
        version: of what computes the features; others may differ in the last digit.
    """

    version: str

    def done(self) -> int:
        """Return how many records have been through."""

    def extract(self, chunks: Sequence[Chunk], pipeline: Pipeline, folder: Path) -> int:
        """Write the features of chunks, a Parquet file for each; return how many there are.

        Columns: ``label`` (int32, from 0), ``feature`` (1,024 float32), ``shard`` (file name) and
        ``record`` (number in the shard, from 0). The file is named after shard and first record.
        A chunk that Spark tries again, or twice at once, ends as the same file.

        Raises:
            DataError: a record cannot be read or decoded; shard and record are named.
        """


#: Makes an engine on a Spark context.
ENGINES: dict[str, Callable[[Any], Engine]] = {
    "bigdl": BigdlEngine,
    "tensorflow": TensorflowEngine,
}


@dataclass(frozen=True)
class Features:
    """Features in memory.

    Attributes:
        feature: float32 ``[records, 1024]``.
        label: int32 ``[records]``, from 0.
    """

    feature: npt.NDArray[np.float32]
    label: npt.NDArray[np.int32]


def extract_features(
    context: Any, pipelines: Sequence[Pipeline], engine: str, home: Home, cores: int
) -> list[Artifact]:
    """Return the features of every dump, extracting those that are not there yet.

    The dumps are worked on at the same time, so the cores that one leaves idle at its end serve
    the next.

    Args:
        context: the Spark context.
        pipelines: the dumps.
        engine: one of ``ENGINES``.
        home: where features live; executors must see it under the same path.
        cores: how many tasks run at once.

    Raises:
        DataError: a record cannot be read or decoded.
    """
    progress = Progress("features", "images")
    runner = ENGINES[engine](context)

    def extract_split(pipeline: Pipeline) -> Artifact:
        def make(folder: Path) -> None:
            progress.expect(pipeline.records)
            chunks = plan_chunks(pipeline.shards, pipeline.records_per_chunk, cores)
            require_all(runner.extract(chunks, pipeline, folder), pipeline.records, pipeline)

        recipe = _recipe(pipeline, engine, runner.version)
        return build(home.features, recipe, make)

    def extract_or_cancel(pipeline: Pipeline) -> Artifact:
        try:
            return extract_split(pipeline)
        except BaseException:
            # The other splits would go on for nothing.
            context.cancelAllJobs()
            raise

    with reported(progress, runner.done), ThreadPoolExecutor(len(pipelines)) as pool:
        futures = [pool.submit(extract_or_cancel, pipeline) for pipeline in pipelines]
    errors = [future.exception() for future in futures]
    if any(errors):
        wait_for_tasks(context)
    _raise_first(errors)
    return [future.result() for future in futures]


def require_all(written: int, expected: int, pipeline: Pipeline) -> None:
    """Raise a ``GraftError`` unless an engine wrote as many features as there are records."""
    if written != expected:
        raise GraftError(
            f"{written} features were written for {expected} records of {pipeline.path}; run again"
        )


def feature_files(path: Path) -> list[Path]:
    """Return the files of a features artefact, in the order of shards and records."""
    return sorted(path.glob("*.parquet"))


def read_features(*files: Path) -> Features:
    """Read files of a features artefact into memory."""
    table = read_tables(*files)
    return Features(feature_matrix(table), table["label"].to_numpy())


def feature_matrix(table: Any) -> npt.NDArray[np.float32]:
    """Return the features of a table of ``read_tables`` as ``[records, 1024]``."""
    values: npt.NDArray[np.float32] = table["feature"].combine_chunks().flatten().to_numpy()
    return values.reshape(table.num_rows, -1)


def read_tables(*files: Path) -> Any:
    """Read files of a features artefact as one Arrow table with all columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pa.concat_tables([pq.read_table(file) for file in files])


def _raise_first(errors: Sequence[BaseException | None]) -> None:
    """Raise the error that the others, of jobs cancelled because of it, follow from."""
    raised = [error for error in errors if error is not None]
    for error in sorted(raised, key=lambda error: not isinstance(error, GraftError)):
        raise error


def _recipe(pipeline: Pipeline, engine: str, version: str) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "engine": engine,
        "engine_version": version,
        "split": pipeline.split,
        "dataset": pipeline.digests["dataset"],
        "weights": pipeline.digests["weights"],
        "records": pipeline.records,
    }
