"""Features of today's validation records by the champion's network, at hand or made here."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tasks.datasets.dataset import VALIDATION, read_dataset
from tasks.datasets.tfrecord import read_records
from tasks.dumps.description import read_description
from tasks.features.chunks import Chunk, plan_chunks
from tasks.features.progress import Progress, reported
from tasks.features.store import feature_files, read_tables
from tasks.runs.metrics import Metrics
from tasks.spark.files import hadoop_files
from tasks.storage.artifact import is_whole
from tasks.storage.locations import Location, location
from tasks.storage.manifest import MANIFEST, read_manifest
from tasks.storage.parallel import in_parallel
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)

# Records whose features wait to be looked at: 40 MB of 1,024 values each.
_WAITING = 10_000


def todays_features(home: Home, today: Metrics, champion: Metrics) -> Iterator[Any]:
    """Yield Arrow tables of features of today's validation records by the champion's network.

    Features that some run has left are read, of either engine: ``check_parity`` sees to it that
    engines agree. Where there are none, the champion's frozen graph makes them in this process.

    Args:
        home: where features, dumps and data sets are.
        today: metrics of the new model; its validation records are today's.
        champion: metrics of the champion.

    Raises:
        DataError: the champion's dump is gone, damaged or of another version.
    """
    weights = champion.digests.validation["weights"]
    if today.digests.validation["weights"] == weights:
        yield from feature_tables(location(today.features.validation.path))
    elif at_hand := _find_features(home, today.digests.validation["dataset"], weights):
        logger.info("the champion's features are in %s", at_hand)
        yield from feature_tables(at_hand)
    else:
        yield from _make_features(home, today, champion)


def feature_tables(features: Location) -> Iterator[Any]:
    """Yield the tables of a features artefact, those of a remote one through Hadoop's files."""
    if isinstance(features, Path):
        yield from (read_tables(file) for file in feature_files(features))
        return
    with hadoop_files() as files:
        for name in sorted(files.sizes(features)):
            if name.endswith(".parquet") and not name.startswith("."):
                yield read_tables(files.read(features / name))


def _find_features(home: Home, dataset: str, weights: str) -> Path | None:
    """Return a local artefact of the features of these validation records by these weights."""
    wanted = {"split": VALIDATION, "dataset": dataset, "weights": weights}
    for manifest in sorted(home.features.glob(f"[!.]*/{MANIFEST}")):
        with suppress(OSError, ValueError):
            recipe = read_manifest(manifest.parent).recipe
            if wanted.items() <= recipe.items() and is_whole(manifest.parent):
                return manifest.parent
    return None


def _make_features(home: Home, today: Metrics, champion: Metrics) -> Iterator[Any]:
    """Yield the tables that the champion's frozen graph makes, a few chunks ahead."""
    import pyarrow as pa

    from tasks.features.tensorflow_engine import extract_chunk

    # Where GRAFT_HOME is a URL, dumps and data sets have copies on this machine.
    dump = read_description(home.dumps / champion.validation_dump)
    dataset = read_dataset(home.datasets / today.digests.validation["dataset"])
    split = dataset.splits[VALIDATION]
    progress = Progress("features for the champion", "images")
    progress.expect(split.records)
    done: list[int] = []

    def table_of(chunk: Chunk) -> Any:
        records = list(read_records(Path(chunk.shard), chunk.offset, chunk.skip + chunk.records))
        table = pa.Table.from_batches(list(extract_chunk(chunk, records[chunk.skip :], dump)))
        done.append(chunk.records)
        return table

    logger.info("making the features of %d records with %s", split.records, champion.network)
    first, *others = plan_chunks(split.shards, dataset.records_per_chunk)
    with reported(progress, lambda: sum(done)):
        # It loads the graph, which threads would each do at once.
        yield table_of(first)
        yield from in_parallel(table_of, others, weight=lambda chunk: chunk.records, most=_WAITING)
