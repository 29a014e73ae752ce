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
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tasks.artifact import Artifact, LocalArtifact, build, file_sha256, write_json
from tasks.bigdl_jvm import save_tensors
from tasks.checkpoint import DESCRIPTION as CHECKPOINT_DESCRIPTION
from tasks.checkpoint import read_weights
from tasks.dataset import Shard, read_dataset
from tasks.errors import DataError
from tasks.files import LOCAL, Files
from tasks.freeze import freeze
from tasks.graph import NODES, Nodes, build_graph
from tasks.hadoop_files import hadoop_files
from tasks.locations import Location, location
from tasks.network import FEATURE_SIZE, IMAGE_SIZE, network_end_points
from tasks.paths import Home
from tasks.publish import publish

logger = logging.getLogger(__name__)

GRAPH = "model.pb"
TENSORS = "model.bin"
FROZEN = "frozen.pb"
DESCRIPTION = "pipeline.json"
_FORMAT = 2
_PACKAGES = ("tensorflow-cpu", "tf-slim", "bigdl-dllib-spark3")


@dataclass(frozen=True)
class Pipeline:
    """What ``pipeline.json`` says of a dump.

    Attributes:
        path: the dump's folder.
        split: ``train`` or ``validation``.
        class_names: in label order, from 0.
        shards: the split's TFRecord files in reading order.
        records: how many records the shards hold together.
        records_per_chunk: how many records lie between two of a shard's chunk offsets.
        nodes: the nodes through which the outside world talks to the graph.
        end_points: the network's layers worth looking at: node by TF-Slim's name, in order.
        batch_size: images per batch of the graph.
        image_size: height and width of the network's input, in pixels.
        feature_size: floats per feature.
        digests: of data set, checkpoint, graph and weights.
        versions: of the packages that made the dump.
    """

    path: Location
    split: str
    class_names: tuple[str, ...]
    shards: tuple[Shard, ...]
    records: int
    records_per_chunk: int
    nodes: Nodes
    end_points: dict[str, str]
    batch_size: int
    image_size: int
    feature_size: int
    digests: dict[str, str]
    versions: dict[str, str]


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
        "format": _FORMAT,
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
            "format": _FORMAT,
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


def read_pipeline(dump: Location, files: Files = LOCAL) -> Pipeline:
    """Return the description of a dump.

    Args:
        dump: its folder.
        files: what reads it.

    Raises:
        DataError: the folder is not a dump, one of its files is missing, or a shard is not there as
            it was.
    """
    missing = [
        name for name in (DESCRIPTION, GRAPH, TENSORS, FROZEN) if files.size(dump / name) is None
    ]
    if missing:
        raise DataError(
            f"{dump} is not a dump: it has no {missing[0]}; expected the folder that dump_train "
            "or dump_validation made"
        )
    try:
        pipeline = _parse_description(dump, files.read(dump / DESCRIPTION))
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{dump / DESCRIPTION} is damaged or of another version ({error}): dump it again"
        ) from None
    for shard in pipeline.shards:
        _check_shard(dump, shard, files)
    return pipeline


def _parse_description(dump: Location, content: bytes) -> Pipeline:
    fields: dict[str, Any] = json.loads(content)
    if fields.pop("format") != _FORMAT:
        raise ValueError(f"its format is not {_FORMAT}")
    shards = tuple(
        Shard(**{**s, "path": location(s["path"]), "chunk_offsets": tuple(s["chunk_offsets"])})
        for s in fields["shards"]
    )
    fields.update(
        path=dump,
        class_names=tuple(fields["class_names"]),
        shards=shards,
        nodes=Nodes(**fields["nodes"]),
    )
    return Pipeline(**fields)


def _check_shard(dump: Location, shard: Shard, files: Files) -> None:
    size = files.size(shard.path)
    if size != shard.bytes:
        found = "missing" if size is None else f"{size:,} bytes long"
        raise DataError(
            f"{dump} reads {shard.path}, which is {found}, expected {shard.bytes:,} bytes as when "
            "it was dumped: run extract_dataset again"
        )


def _dump_weights(checkpoint: Path, definition: Any, home: Home) -> LocalArtifact:
    """Write the checkpoint's weights as BigDL and as TensorFlow read them."""

    def make(folder: Path) -> None:
        prefix = json.loads((checkpoint / CHECKPOINT_DESCRIPTION).read_text())["checkpoint"]
        weights = read_weights(checkpoint / prefix)
        save_tensors(weights, folder / TENSORS)
        frozen = freeze(definition, weights)
        (folder / FROZEN).write_bytes(frozen.SerializeToString(deterministic=True))

    recipe = {"format": _FORMAT, "checkpoint": checkpoint.name, "versions": _versions()}
    return build(home.weights, recipe, make)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # the file system has no hard links
        shutil.copyfile(source, target)


def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in _PACKAGES}
