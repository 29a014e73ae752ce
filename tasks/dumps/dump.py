"""Dumps the pipeline of one split: ``model.pb``, ``model.bin``, ``pipeline.json``.

Beside these three, the contract with BigDL, a dump holds ``frozen.pb``: the same graph with the
weights in it, which the ``tensorflow`` engine runs.
"""

import logging
import os
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tasks.datasets.dataset import (
    DESCRIPTION,
    TEST,
    VALIDATION,
    Dataset,
    Split,
    read_dataset,
)
from tasks.dumps.description import DUMP_FILES, FORMAT, FROZEN, GRAPH, PIPELINE_JSON, TENSORS, Dump
from tasks.dumps.graph import NODES, build_graph
from tasks.dumps.weights import dump_weights, package_versions, tolerance_of
from tasks.networks.network import Network
from tasks.networks.structure import network_end_points
from tasks.spark.files import hadoop_files
from tasks.spark.publish import publish
from tasks.storage.artifact import Artifact, LocalArtifact, build
from tasks.storage.content import content_sha256
from tasks.storage.local_files import write_json
from tasks.storage.locations import Location
from tasks.storage.manifest import digest_of
from tasks.storage.older import log_older
from tasks.storage.paths import Home
from tasks.storage.proof import require_whole

logger = logging.getLogger(__name__)


def dump_split(
    *, split: str, dataset: Path, checkpoint: Path, network: Network, batch_size: int, home: Home
) -> Artifact:
    """Dump the pipeline that reads one split of a data set through a network.

    The dump of the validation records names the test records as well, where there are some.

    Args:
        split: ``train`` or ``validation``.
        dataset: folder that ``extract_dataset`` made.
        checkpoint: folder that ``fetch_checkpoint`` made for ``network``.
        network: turns images into features.
        batch_size: images per batch of the dumped graph.
        home: where the dump goes. Where it is remote, data set and dump are published there, and
            the dump names the shards there.
    """
    started = time.monotonic()
    published = home.shared(home.datasets) / dataset.name if home.remote else dataset
    require_whole(dataset, [DESCRIPTION])
    data = read_dataset(dataset)
    source = _Source(split, data, dataset, published, checkpoint, network, batch_size, home)
    log_older(home.dumps, source.recipe())
    made = build(home.dumps, source.recipe(), source.write, needs=DUMP_FILES)
    if home.remote is None:
        return made
    target = home.shared(home.dumps) / made.digest
    with hadoop_files() as files:
        copied = [
            publish(local, remote, files)
            for local, remote in ((dataset, published), (made.path, target))
        ]
    reused = made.reused and not any(copied)
    return Artifact(target, made.digest, reused, time.monotonic() - started)


@dataclass(frozen=True)
class _Source:
    """All that a dump is made from; ``published`` is where executors find the data set."""

    split: str
    data: Dataset
    dataset: Path
    published: Location
    checkpoint: Path
    network: Network
    batch_size: int
    home: Home

    def recipe(self) -> dict[str, Any]:
        """Return the recipe of the dump's artefact."""
        return {
            "format": FORMAT,
            "split": self.split,
            "dataset": str(self.published),
            "checkpoint": self.checkpoint.name,
            "network": self.network.identity,
            "preprocessing": self.network.preprocessing.as_json(),
            "batch_size": self.batch_size,
            "versions": package_versions(),
            **({"test": self._test_digest()} if self._has_test() else {}),
        }

    def write(self, folder: Path) -> None:
        """Write the dump's files into an empty folder."""
        definition = build_graph(
            [str(shard.path) for shard in self._published(self.split).shards],
            self.network,
            class_count=len(self.data.class_names),
            batch_size=self.batch_size,
        )
        (folder / GRAPH).write_bytes(definition.SerializeToString(deterministic=True))
        weights = dump_weights(self.checkpoint, definition, self.network, self.home)
        for name in (TENSORS, FROZEN):
            _link(weights.path / name, folder / name)
        dump = self._describe(folder, weights)
        write_json(folder / PIPELINE_JSON, dump.as_json())
        logger.info("dumped %d nodes for %d records", len(definition.node), dump.records)

    def _published(self, name: str) -> Split:
        """Return a split, its shards at the paths that executors read them from."""
        split = self.data.splits[name]
        shards = (
            replace(shard, path=_moved(shard.path, self.dataset, self.published))
            for shard in split.shards
        )
        return replace(split, shards=tuple(shards))

    def _has_test(self) -> bool:
        return self.split == VALIDATION and TEST in self.data.splits

    def _test_digest(self) -> str:
        """Return a digest of the test shards' paths, which hold the data set's digest."""
        return digest_of({"shards": [str(shard.path) for shard in self._published(TEST).shards]})

    def _describe(self, folder: Path, weights: LocalArtifact) -> Dump:
        split = self._published(self.split)
        return Dump(
            path=folder,
            split=self.split,
            class_names=self.data.class_names,
            shards=split.shards,
            records=split.records,
            records_per_chunk=self.data.records_per_chunk,
            nodes=NODES,
            network=self.network.name,
            end_points=dict(network_end_points(self.network)),
            batch_size=self.batch_size,
            preprocessing=self.network.preprocessing,
            feature_size=self.network.feature_size,
            tolerance=tolerance_of(weights.path),
            digests={
                "dataset": self.dataset.name,
                "checkpoint": self.checkpoint.name,
                "graph": content_sha256(folder / GRAPH),
                "weights": weights.digest,
                **({"test": self._test_digest()} if self._has_test() else {}),
            },
            versions=package_versions(),
            test=self._published(TEST) if self._has_test() else None,
            max_side=self.data.max_side,
        )


def _moved(path: Location, old: Path, new: Location) -> Location:
    """Return the path that a file of the folder ``old`` has in its copy ``new``."""
    return new / str(Path(str(path)).relative_to(old.absolute()))


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # the file system has no hard links
        shutil.copyfile(source, target)
