"""Extraction of features: an artefact for every split, network and engine.

Its files are written in place, each of them whole or not there, so a killed run keeps what it made.
"""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from filelock import FileLock

from tasks.dumps.description import Dump
from tasks.errors import EngineError, GraftError
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk, chunk_size, plan_chunks
from tasks.features.engines import ENGINES, Engine, graph_refusal, require_all
from tasks.features.folder import FeatureFolder
from tasks.features.memory_check import MemoryCheck
from tasks.features.progress import Progress, reported
from tasks.features.store import load_files
from tasks.features.written_file import WrittenFile, count_records
from tasks.spark.executors import wait_for_tasks
from tasks.storage.artifact import Artifact
from tasks.storage.local_files import make_folder, storage_errors
from tasks.storage.manifest import digest_of
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)

# Part of the recipe of features: raise it when columns of their files change.
_FORMAT = 5


def extract_features(
    bridge: Bridge, dumps: Sequence[Dump], engine: str, home: Home
) -> list[Artifact]:
    """Return the features of every dump, extracting those that are not there yet.

    The dumps are worked on at the same time: cores that one dump no longer needs work on the next.

    Args:
        bridge: the bridge to the JVM.
        dumps: the dumps.
        engine: one of ``ENGINES``.
        home: where features live; executors must see it under the same path.

    Raises:
        DataError: a record cannot be read or decoded.
        EngineError: the engine cannot do this work; the message names engines that may.
        SetupError: the memory is certainly too little for the network.
    """
    try:
        return _extract_all(bridge, dumps, ENGINES[engine](bridge), home)
    except EngineError as error:
        raise type(error)(f"{error}{_way_out(bridge, dumps, engine)}") from None


def extract_chunks(
    bridge: Bridge, dump: Dump, engine: str, home: Home, chunks: Sequence[Chunk]
) -> Any:
    """Write some of a split's features, unless they are there; ``extract_features`` keeps them.

    Args:
        bridge: the bridge to the JVM.
        dump: of the split.
        engine: one of ``ENGINES``.
        home: where features live.
        chunks: of those that ``plan_chunks`` returns.

    Returns:
        Their table.

    Raises:
        GraftError: as ``extract_features`` does.
    """
    work = _Work(bridge, ENGINES[engine](bridge), MemoryCheck(bridge))
    folder = FeatureFolder(bridge, home.shared(home.features) / digest_of(work.recipe(dump)))
    with storage_errors(home.features):
        make_folder(home.features)
    written = work.write_missing(dump, folder, chunks, folder.keep_whole(chunks))
    require_all(count_records(written), sum(chunk.records for chunk in chunks), dump)
    return load_files(bridge, [folder.path / chunk.file_name for chunk in chunks])


def features_digest(bridge: Bridge, dump: Dump, engine: str) -> str:
    """Return the digest of the features that an engine makes of a dump."""
    return digest_of(_Work(bridge, ENGINES[engine](bridge), MemoryCheck(bridge)).recipe(dump))


def _way_out(bridge: Bridge, dumps: Sequence[Dump], engine: str) -> str:
    """Return which other engines may run the dumps, or why none does."""
    refusals = {name: graph_refusal(name, bridge, dumps[0]) for name in ENGINES if name != engine}
    others = [name for name, refusal in refusals.items() if refusal is None]
    if others:
        return f": choose feature_engine {' or '.join(others)}"
    return f"; {'; '.join(filter(None, refusals.values()))}"


def _extract_all(
    bridge: Bridge, dumps: Sequence[Dump], engine: Engine, home: Home
) -> list[Artifact]:
    progress = Progress("features", "images")
    extraction = _Extraction(_Work(bridge, engine, MemoryCheck(bridge)), progress)

    def extract_or_cancel(dump: Dump) -> Artifact:
        try:
            return extraction.extract(dump, home)
        except BaseException:
            # Nobody needs the other splits now.
            bridge.spark.cancelAllJobs()
            raise

    with reported(progress, engine.done), ThreadPoolExecutor(len(dumps)) as pool:
        futures = [pool.submit(extract_or_cancel, dump) for dump in dumps]
    errors = [future.exception() for future in futures]
    if any(errors):
        wait_for_tasks(bridge.spark)
    _raise_first(errors)
    return [future.result() for future in futures]


@dataclass(frozen=True)
class _Work:
    """Writing of features by an engine."""

    bridge: Bridge
    engine: Engine
    memory: MemoryCheck

    def write_missing(
        self,
        dump: Dump,
        folder: FeatureFolder,
        chunks: Sequence[Chunk],
        whole: Sequence[WrittenFile],
    ) -> list[WrittenFile]:
        """Write the files of chunks that are not whole; return those of all chunks."""
        names = {file.name for file in whole}
        missing = [chunk for chunk in chunks if chunk.file_name not in names]
        if not missing:
            return list(whole)
        self.memory.require(self.engine.name, dump, len(missing))
        return [*whole, *self.engine.extract(missing, dump, folder.path)]

    def recipe(self, dump: Dump) -> dict[str, Any]:
        """Return the recipe of a split's features; its digest names their folder."""
        return {
            "format": _FORMAT,
            "engine": self.engine.name,
            "engine_version": self.engine.version,
            "split": dump.split,
            "dataset": dump.digests["dataset"],
            "weights": dump.digests["weights"],
            "records": dump.records,
            # Chunks of different sizes must not share a folder.
            "chunk": chunk_size(dump.records),
        }


@dataclass(frozen=True)
class _Extraction:
    work: _Work
    progress: Progress

    def extract(self, dump: Dump, home: Home) -> Artifact:
        """Return a split's features; one job of this machine makes them at a time."""
        started = time.monotonic()
        recipe = self.work.recipe(dump)
        digest = digest_of(recipe)
        folder = FeatureFolder(self.work.bridge, home.shared(home.features) / digest)
        found = folder.find()
        if not found:
            with storage_errors(home.features):
                make_folder(home.features)
                with FileLock(home.features / f".{digest}.lock"):
                    found = folder.find()
                    if not found:
                        files = self._complete(dump, folder)
                        folder.seal(recipe, files, time.monotonic() - started)
        seconds = time.monotonic() - started
        if found:
            logger.info("reused %s, made %s", folder.path, found.made_at)
        else:
            logger.info("made %s in %.1f s", folder.path, seconds)
        return Artifact(folder.path, digest, reused=bool(found), seconds=seconds)

    def _complete(self, dump: Dump, folder: FeatureFolder) -> list[WrittenFile]:
        """Write the files that a split's features lack; return all of them."""
        chunks = plan_chunks(dump.shards, dump.records_per_chunk)
        whole = folder.keep_whole(chunks)
        found = count_records(whole)
        self.progress.expect(dump.records, found)
        if found:
            logger.info(
                "features: %s of %s images were there already (%s)",
                f"{found:,}",
                f"{dump.records:,}",
                dump.split,
            )
        written = self.work.write_missing(dump, folder, chunks, whole)
        require_all(count_records(written), dump.records, dump)
        return written


def _raise_first(errors: Sequence[BaseException | None]) -> None:
    """Raise the root cause: a ``GraftError`` before errors from jobs that it cancelled."""
    raised = [error for error in errors if error is not None]
    for error in sorted(raised, key=lambda error: not isinstance(error, GraftError)):
        raise error
