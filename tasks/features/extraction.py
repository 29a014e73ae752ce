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
from tasks.features.chunks import chunk_size, plan_chunks
from tasks.features.engines import ENGINES, Engine, graph_refusal, require_all
from tasks.features.folder import FeatureFolder
from tasks.features.memory_check import MemoryCheck
from tasks.features.progress import Progress, reported
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
    extraction = _Extraction(bridge, engine, progress, MemoryCheck(bridge))

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
class _Extraction:
    bridge: Bridge
    engine: Engine
    progress: Progress
    memory: MemoryCheck

    def extract(self, dump: Dump, home: Home) -> Artifact:
        """Return a split's features; one job of this machine makes them at a time."""
        started = time.monotonic()
        recipe = self._recipe(dump)
        digest = digest_of(recipe)
        folder = FeatureFolder(self.bridge, home.shared(home.features) / digest)
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
        names = {file.name for file in whole}
        missing = [chunk for chunk in chunks if chunk.file_name not in names]
        if missing:
            self.memory.require(self.engine.name, dump, len(missing))
        written = self.engine.extract(missing, dump, folder.path) if missing else []
        require_all(found + count_records(written), dump.records, dump)
        return [*whole, *written]

    def _recipe(self, dump: Dump) -> dict[str, Any]:
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


def _raise_first(errors: Sequence[BaseException | None]) -> None:
    """Raise the root cause: a ``GraftError`` before errors from jobs that it cancelled."""
    raised = [error for error in errors if error is not None]
    for error in sorted(raised, key=lambda error: not isinstance(error, GraftError)):
        raise error
