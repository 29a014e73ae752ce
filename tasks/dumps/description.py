"""The description of a dump, ``pipeline.json``, and the names of a dump's files."""

import json
from dataclasses import dataclass
from typing import Any

from tasks.datasets.dataset import Shard
from tasks.dumps.graph import Nodes
from tasks.errors import DataError
from tasks.storage.files import LOCAL, Files
from tasks.storage.locations import Location, location

GRAPH = "model.pb"


TENSORS = "model.bin"


FROZEN = "frozen.pb"


DESCRIPTION = "pipeline.json"


FORMAT = 2


@dataclass(frozen=True)
class Dump:
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


def read_dump(dump: Location, files: Files = LOCAL) -> Dump:
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


def _parse_description(dump: Location, content: bytes) -> Dump:
    fields: dict[str, Any] = json.loads(content)
    if fields.pop("format") != FORMAT:
        raise ValueError(f"its format is not {FORMAT}")
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
    return Dump(**fields)


def _check_shard(dump: Location, shard: Shard, files: Files) -> None:
    size = files.size(shard.path)
    if size != shard.bytes:
        found = "missing" if size is None else f"{size:,} bytes long"
        raise DataError(
            f"{dump} reads {shard.path}, which is {found}, expected {shard.bytes:,} bytes as when "
            "it was dumped: run extract_dataset again"
        )
