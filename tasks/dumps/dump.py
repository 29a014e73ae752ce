"""Dumps the pipeline of one split: ``model.pb``, ``model.bin``, ``pipeline.json``.

Beside these three, the contract with BigDL, a dump holds ``frozen.pb``: the same graph with the
weights in it, which the ``tensorflow`` engine runs. ``model.bin`` and ``frozen.pb`` do not depend
on the split; they are an artefact of their own that both dumps link to.
"""

import importlib.metadata
import json
import logging
import os
import shutil
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tasks.datasets.dataset import read_dataset
from tasks.dumps.description import DESCRIPTION, FORMAT, FROZEN, GRAPH, TENSORS
from tasks.dumps.freeze import freeze
from tasks.dumps.graph import NODES, build_graph
from tasks.networks.checkpoint import DESCRIPTION as CHECKPOINT_DESCRIPTION
from tasks.networks.checkpoint import read_weights
from tasks.networks.inception import FEATURE_SIZE, IMAGE_SIZE, network_end_points
from tasks.spark.files import hadoop_files
from tasks.spark.jvm import save_tensors
from tasks.spark.publish import publish
from tasks.storage.artifact import Artifact, LocalArtifact, build
from tasks.storage.local_files import file_sha256, write_json
from tasks.storage.locations import Location
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)

_PACKAGES = ("tensorflow-cpu", "tf-slim", "bigdl-dllib-spark3")


def dump_split(
    split: str, dataset: Path, checkpoint: Path, batch_size: int, home: Home
) -> Artifact:
    """Dump the pipeline that reads one split of a data set through a checkpoint's network.

    Args:
        split: ``train`` or ``validation``.
        dataset: folder that ``extract_dataset`` made.
        checkpoint: folder that ``fetch_checkpoint`` made.
        batch_size: images per batch of the dumped graph.
        home: where the dump goes. Where it is remote, data set and dump are published there, and
            the dump names the shards there.
    """
    started = time.monotonic()
    published = home.shared(home.datasets) / dataset.name if home.remote else dataset
    recipe = {
        "format": FORMAT,
        "split": split,
        "dataset": str(published),
        "checkpoint": checkpoint.name,
        "batch_size": batch_size,
        "versions": _versions(),
    }

    def make(folder: Path) -> None:
        data = read_dataset(dataset)
        shards = [
            replace(s, path=_moved(s.path, dataset, published)) for s in data.splits[split].shards
        ]
        definition = build_graph([str(s.path) for s in shards], len(data.class_names), batch_size)
        (folder / GRAPH).write_bytes(definition.SerializeToString(deterministic=True))
        weights = _dump_weights(checkpoint, definition, home)
        for name in (TENSORS, FROZEN):
            _link(weights.path / name, folder / name)
        description = {
            "format": FORMAT,
            "split": split,
            "class_names": data.class_names,
            "shards": [{**asdict(s), "path": str(s.path)} for s in shards],
            "records": data.splits[split].records,
            "records_per_chunk": data.records_per_chunk,
            "nodes": asdict(NODES),
            "end_points": dict(network_end_points()),
            "batch_size": batch_size,
            "image_size": IMAGE_SIZE,
            "feature_size": FEATURE_SIZE,
            "digests": {
                "dataset": dataset.name,
                "checkpoint": checkpoint.name,
                "graph": file_sha256(folder / GRAPH),
                "weights": weights.digest,
            },
            "versions": _versions(),
        }
        write_json(folder / DESCRIPTION, description)
        logger.info("dumped %d nodes for %d records", len(definition.node), description["records"])

    made = build(home.dumps, recipe, make)
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


def _moved(path: Location, old: Path, new: Location) -> Location:
    """Return where a file of the folder ``old`` lies in its copy ``new``."""
    return new / str(Path(str(path)).relative_to(old.absolute()))


def _dump_weights(checkpoint: Path, definition: Any, home: Home) -> LocalArtifact:
    """Write the checkpoint's weights as BigDL and as TensorFlow read them."""

    def make(folder: Path) -> None:
        prefix = json.loads((checkpoint / CHECKPOINT_DESCRIPTION).read_text())["checkpoint"]
        weights = read_weights(checkpoint / prefix)
        save_tensors(weights, folder / TENSORS)
        frozen = freeze(definition, weights)
        (folder / FROZEN).write_bytes(frozen.SerializeToString(deterministic=True))

    recipe = {"format": FORMAT, "checkpoint": checkpoint.name, "versions": _versions()}
    return build(home.weights, recipe, make)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # the file system has no hard links
        shutil.copyfile(source, target)


def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in _PACKAGES}
