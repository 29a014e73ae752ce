"""Extraction of features: an artefact for every split, network and engine.

Its files are written in place, each of them whole or not there, so what a killed run made is kept.
"""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from filelock import FileLock

from tasks.dumps.description import Dump
from tasks.errors import GraftError
from tasks.features.bridge import present_files
from tasks.features.chunks import Chunk, chunk_size, plan_chunks
from tasks.features.engines import ENGINES, Engine, require_all
from tasks.features.progress import Progress, reported
from tasks.spark.executors import wait_for_tasks
from tasks.spark.files import HadoopFiles
from tasks.spark.shared_artifact import find_manifest, write_manifest
from tasks.storage.artifact import Artifact, digest_of
from tasks.storage.local_files import storage_errors
from tasks.storage.locations import Location
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)

_FORMAT = 3


def extract_features(
    context: Any, pipelines: Sequence[Dump], engine: str, home: Home
) -> list[Artifact]:
    """Return the features of every dump, extracting those that are not there yet.

    The dumps are worked on at the same time, so the cores that one leaves idle at its end serve
    the next.

    Args:
        context: the Spark context.
        pipelines: the dumps.
        engine: one of ``ENGINES``.
        home: where features live; executors must see it under the same path.

    Raises:
        DataError: a record cannot be read or decoded.
    """
    runner = ENGINES[engine](context)
    progress = Progress("features", "images")
    extraction = _Extraction(context, HadoopFiles.of(context), engine, runner, progress)

    def extract_or_cancel(pipeline: Dump) -> Artifact:
        try:
            return extraction.extract(pipeline, home)
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


@dataclass(frozen=True)
class _Extraction:
    context: Any
    files: HadoopFiles
    engine: str
    runner: Engine
    progress: Progress

    def extract(self, pipeline: Dump, home: Home) -> Artifact:
        """Return a split's features; one job of this machine makes them at a time."""
        started = time.monotonic()
        recipe = self._recipe(pipeline)
        digest = digest_of(recipe)
        path = home.shared(home.features) / digest
        found = find_manifest(self.files, path)
        if not found:
            with storage_errors(home.features):
                home.features.mkdir(parents=True, exist_ok=True)
                with FileLock(home.features / f".{digest}.lock"):
                    found = find_manifest(self.files, path)
                    if not found:
                        sizes = self._complete(pipeline, path)
                        took = time.monotonic() - started
                        write_manifest(self.files, path, recipe, sizes, took)
        seconds = time.monotonic() - started
        if found:
            logger.info("reused %s, made %s", path, found["made_at"])
        else:
            logger.info("made %s in %.1f s", path, seconds)
        return Artifact(path, digest, reused=bool(found), seconds=seconds)

    def _complete(self, pipeline: Dump, path: Location) -> dict[str, int]:
        """Write what a folder lacks of a split's features and return the sizes of its files."""
        chunks = plan_chunks(pipeline.shards, pipeline.records_per_chunk)
        missing = self._missing(chunks, path)
        found = pipeline.records - sum(chunk.records for chunk in missing)
        self.progress.expect(pipeline.records, found)
        if found:
            logger.info(
                "features: %s of %s images were there already (%s)",
                f"{found:,}",
                f"{pipeline.records:,}",
                pipeline.split,
            )
        written = self.runner.extract(missing, pipeline, path) if missing else 0
        require_all(found + written, pipeline.records, pipeline)
        return self._tidied(chunks, path, pipeline)

    def _missing(self, chunks: Sequence[Chunk], path: Location) -> list[Chunk]:
        """Return the chunks whose file is not there; what is there and not whole is deleted."""
        there = self.files.sizes(path)
        candidates = [chunk for chunk in chunks if chunk.file_name in there]
        whole = present_files(self.context, candidates, path) if candidates else set()
        for chunk in candidates:
            if chunk.file_name not in whole:
                self.files.delete(path / chunk.file_name)
        return [chunk for chunk in chunks if chunk.file_name not in whole]

    def _tidied(self, chunks: Sequence[Chunk], path: Location, pipeline: Dump) -> dict[str, int]:
        """Delete what is no chunk's file, such as a killed executor's, and return the sizes."""
        sizes = self.files.sizes(path)
        names = {chunk.file_name for chunk in chunks}
        for name in set(sizes) - names:
            self.files.delete(path / name)
        require_all(
            sum(chunk.records for chunk in chunks if chunk.file_name in sizes),
            pipeline.records,
            pipeline,
        )
        return {name: sizes[name] for name in sorted(names)}

    def _recipe(self, pipeline: Dump) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "engine": self.engine,
            "engine_version": self.runner.version,
            "split": pipeline.split,
            "dataset": pipeline.digests["dataset"],
            "weights": pipeline.digests["weights"],
            "records": pipeline.records,
            # Files of two plans never meet in one folder.
            "chunk": chunk_size(pipeline.records),
        }


def _raise_first(errors: Sequence[BaseException | None]) -> None:
    """Raise the error that the others, of jobs cancelled because of it, follow from."""
    raised = [error for error in errors if error is not None]
    for error in sorted(raised, key=lambda error: not isinstance(error, GraftError)):
        raise error
