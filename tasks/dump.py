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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tasks.artifact import Artifact, build, file_sha256, write_json
from tasks.bigdl_jvm import save_tensors
from tasks.checkpoint import DESCRIPTION as CHECKPOINT_DESCRIPTION
from tasks.checkpoint import read_weights
from tasks.dataset import Shard, read_dataset
from tasks.errors import DataError
from tasks.freeze import freeze
from tasks.graph import NODES, Nodes, build_graph
from tasks.network import FEATURE_SIZE, IMAGE_SIZE, network_end_points
from tasks.paths import Home

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

    path: Path
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
        home: where the dump goes.
    """
    recipe = {
        "format": _FORMAT,
        "split": split,
        "dataset": str(dataset),
        "checkpoint": checkpoint.name,
        "batch_size": batch_size,
        "versions": _versions(),
    }

    def make(folder: Path) -> None:
        data = read_dataset(dataset)
        shards = data.splits[split].shards
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

    return build(home.dumps, recipe, make)


def read_pipeline(dump: Path) -> Pipeline:
    """Return the description of a dump.

    Raises:
        DataError: the folder is not a dump, one of its files is missing, or a shard is not there as
            it was.
    """
    missing = [n for n in (DESCRIPTION, GRAPH, TENSORS, FROZEN) if not (dump / n).is_file()]
    if missing:
        raise DataError(
            f"{dump} is not a dump: it has no {missing[0]}; expected the folder that dump_train "
            "or dump_validation made"
        )
    try:
        pipeline = _parse_description(dump)
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{dump / DESCRIPTION} is damaged or of another version ({error}): dump it again"
        ) from None
    for shard in pipeline.shards:
        _check_shard(dump, shard)
    return pipeline


def _parse_description(dump: Path) -> Pipeline:
    fields: dict[str, Any] = json.loads((dump / DESCRIPTION).read_text(encoding="utf-8"))
    if fields.pop("format") != _FORMAT:
        raise ValueError(f"its format is not {_FORMAT}")
    shards = tuple(
        Shard(**{**s, "path": Path(s["path"]), "chunk_offsets": tuple(s["chunk_offsets"])})
        for s in fields["shards"]
    )
    fields.update(
        path=dump,
        class_names=tuple(fields["class_names"]),
        shards=shards,
        nodes=Nodes(**fields["nodes"]),
    )
    return Pipeline(**fields)


def _check_shard(dump: Path, shard: Shard) -> None:
    size = shard.path.stat().st_size if shard.path.is_file() else None
    if size != shard.bytes:
        found = "missing" if size is None else f"{size:,} bytes long"
        raise DataError(
            f"{dump} reads {shard.path}, which is {found}, expected {shard.bytes:,} bytes as when "
            "it was dumped: run extract_dataset again"
        )


def _dump_weights(checkpoint: Path, definition: Any, home: Home) -> Artifact:
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
