"""Features as Parquet files, one artefact for every split, network and engine."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.artifact import Artifact, build, storage_errors
from tasks.dump import Pipeline
from tasks.errors import GraftError
from tasks.features import tensorflow_engine
from tasks.features.chunks import Chunk, plan_chunks
from tasks.paths import Home
from tasks.progress import Progress, reported
from tasks.spark_errors import user_errors

_FORMAT = 1

#: An engine turns a chunk of a dump's split into Arrow record batches, on an executor.
Engine = Callable[[Chunk, Pipeline], Iterator[Any]]
ENGINES: dict[str, Engine] = {"tensorflow": tensorflow_engine.extract_chunk}


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
        cores: how many Python workers run at once.

    Raises:
        DataError: a record cannot be read or decoded.
    """
    progress = Progress("features", "images")
    done = context.accumulator(0)

    def extract_split(pipeline: Pipeline) -> Artifact:
        def make(folder: Path) -> None:
            progress.expect(pipeline.records)
            chunks = plan_chunks(pipeline.shards, pipeline.records_per_chunk, cores)
            write = _writer(engine, pipeline, folder, done.add)
            with user_errors():
                written = sum(context.parallelize(chunks, len(chunks)).map(write).collect())
            _require_all(written, pipeline)

        return build(home.features, _recipe(pipeline, engine), make)

    def extract_or_cancel(pipeline: Pipeline) -> Artifact:
        try:
            return extract_split(pipeline)
        except BaseException:
            # The other splits would go on for nothing.
            context.cancelAllJobs()
            raise

    with reported(progress, lambda: done.value), ThreadPoolExecutor(len(pipelines)) as pool:
        futures = [pool.submit(extract_or_cancel, pipeline) for pipeline in pipelines]
    _raise_first([future.exception() for future in futures])
    return [future.result() for future in futures]


def feature_files(path: Path) -> list[Path]:
    """Return the files of a features artefact, in the order of shards and records."""
    return sorted(path.glob("*.parquet"))


def read_features(*files: Path) -> Features:
    """Read files of a features artefact into memory."""
    table = read_tables(*files)
    feature = table["feature"].combine_chunks().flatten().to_numpy()
    return Features(feature.reshape(table.num_rows, -1), table["label"].to_numpy())


def read_tables(*files: Path) -> Any:
    """Read files of a features artefact as one Arrow table with all columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pa.concat_tables([pq.read_table(file) for file in files])


def _writer(
    engine: str, pipeline: Pipeline, folder: Path, done: Callable[[int], None]
) -> Callable[[Chunk], int]:
    """Return what an executor does with a chunk: write its features, count its records.

    A chunk that Spark tries again, or twice at once, ends as the same file with the same content.
    """

    def write(chunk: Chunk) -> int:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.Table.from_batches(list(ENGINES[engine](chunk, pipeline)))
        target = folder / f"{Path(chunk.shard).stem}-{chunk.first:09d}.parquet"
        aside = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        with storage_errors(target):
            # Features are noise to a compressor, and a dictionary of them larger than they are.
            pq.write_table(table, aside, compression="none", use_dictionary=["shard"])
            aside.replace(target)
        done(table.num_rows)
        return int(table.num_rows)

    return write


def _raise_first(errors: Sequence[BaseException | None]) -> None:
    """Raise the error that the others, of jobs cancelled because of it, follow from."""
    raised = [error for error in errors if error is not None]
    for error in sorted(raised, key=lambda error: not isinstance(error, GraftError)):
        raise error


def _recipe(pipeline: Pipeline, engine: str) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "engine": engine,
        "split": pipeline.split,
        "dataset": pipeline.digests["dataset"],
        "weights": pipeline.digests["weights"],
        "records": pipeline.records,
    }


def _require_all(written: int, pipeline: Pipeline) -> None:
    if written != pipeline.records:
        raise GraftError(
            f"{written} features were written for the {pipeline.records} records of "
            f"{pipeline.path}; run again"
        )
