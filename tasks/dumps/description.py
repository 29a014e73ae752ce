"""The description of a dump, ``pipeline.json``, and the names of a dump's files."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.datasets.dataset import TEST, Shard, Split
from tasks.dumps.graph import Nodes
from tasks.errors import DataError
from tasks.networks.recipe import Preprocessing
from tasks.storage.files import LOCAL, Files
from tasks.storage.local_files import parse_json
from tasks.storage.locations import Location, location
from tasks.storage.proof import require_whole

GRAPH = "model.pb"
TENSORS = "model.bin"
FROZEN = "frozen.pb"
PIPELINE_JSON = "pipeline.json"
DUMP_FILES = (PIPELINE_JSON, GRAPH, TENSORS, FROZEN)
#: Version of ``pipeline.json`` and part of a dump's recipe, so raising it remakes every dump.
FORMAT = 4


@dataclass(frozen=True)
class Dump:
    """A dump, as ``pipeline.json`` describes it.

    Attributes:
        path: the dump's folder.
        split: ``train`` or ``validation``.
        class_names: in label order, from 0.
        shards: the split's TFRecord files in reading order.
        records: how many records the shards hold together.
        records_per_chunk: how many records lie between two of a shard's chunk offsets.
        nodes: names of the graph's nodes that callers feed, read or run.
        network: name of the network that turns images into features.
        end_points: the network's layers worth comparing: node by TF-Slim's name, first to last.
        batch_size: images per batch of the graph.
        preprocessing: what turns a decoded picture into the network's input.
        feature_size: floats per feature.
        tolerance: largest relative difference between two engines' features.
        digests: of data set, checkpoint, graph and weights.
        versions: of the packages that made the dump.
        test: the test records, which the graph of the validation records reads as well; None where
            the data set has none, and in the dump of another split.
        max_side: pictures were scaled down to it, in pixels, before they became records; None: they
            kept their size.
    """

    path: Location
    split: str
    class_names: tuple[str, ...]
    shards: tuple[Shard, ...]
    records: int
    records_per_chunk: int
    nodes: Nodes
    network: str
    end_points: dict[str, str]
    batch_size: int
    preprocessing: Preprocessing
    feature_size: int
    tolerance: float
    digests: dict[str, str]
    versions: dict[str, str]
    test: Split | None = None
    max_side: int | None = None

    @property
    def image_size(self) -> int:
        """Height and width of the network's input, in pixels."""
        return self.preprocessing.size

    def as_json(self) -> dict[str, Any]:
        """Return the content of ``pipeline.json``: all fields but ``path``, as JSON types."""
        fields = {
            **dataclasses.asdict(self),
            "preprocessing": self.preprocessing.as_json(),
            "format": FORMAT,
        }
        del fields["path"]
        fields["shards"] = _shards_as_json(self.shards)
        if self.max_side is None:
            del fields["max_side"]
        if self.test is None:
            del fields["test"]
        else:
            fields["test"]["shards"] = _shards_as_json(self.test.shards)
        return fields


def dump_of_test(dump: Dump) -> Dump | None:
    """Return the dump of the test records, None where there are none.

    A graph is the same for every split: its feature is a function of the record that is fed.

    Args:
        dump: of the validation records.
    """
    if dump.test is None:
        return None
    return dataclasses.replace(
        dump, split=TEST, shards=dump.test.shards, records=dump.test.records, test=None
    )


def read_dump(dump: Location, files: Files = LOCAL) -> Dump:
    """Return the description of a dump whose records are about to be read.

    Args:
        dump: its folder.
        files: the file system that it lies on.

    Raises:
        DataError: the folder is not a dump, one of its files is missing or was changed, or a shard
            changed after it was dumped.
    """
    found = read_description(dump, files)
    for shard in (*found.shards, *(found.test.shards if found.test else ())):
        _check_shard(dump, shard, files)
    return found


def read_description(dump: Location, files: Files = LOCAL) -> Dump:
    """Return a dump as ``read_dump`` does, whose shards need not be there any more.

    Raises:
        DataError: the folder is not a dump, or one of its files is missing or was changed.
    """
    missing = [name for name in DUMP_FILES if files.size(dump / name) is None]
    if missing:
        raise DataError(
            f"{dump} is not a dump: it has no {missing[0]}; expected the folder that dump_train "
            "or dump_validation made"
        )
    require_whole(dump, files=files)
    try:
        return _parse(dump, files.read(dump / PIPELINE_JSON))
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{dump / PIPELINE_JSON} is damaged or of another version ({error}): dump it again"
        ) from None


def _parse(dump: Location, content: bytes) -> Dump:
    fields: dict[str, Any] = parse_json(content)
    found = fields.pop("format")
    if found != FORMAT:
        raise ValueError(f"its format is {found}, expected {FORMAT}")
    fields.update(
        path=dump,
        class_names=tuple(fields["class_names"]),
        shards=_parse_shards(fields["shards"]),
        nodes=Nodes(**fields["nodes"]),
        preprocessing=Preprocessing.from_json(fields["preprocessing"]),
    )
    if test := fields.get("test"):
        fields["test"] = Split(
            records=test["records"],
            class_counts=tuple(test["class_counts"]),
            shards=_parse_shards(test["shards"]),
        )
    return Dump(**fields)


def _shards_as_json(shards: Sequence[Shard]) -> list[dict[str, Any]]:
    return [{**dataclasses.asdict(shard), "path": str(shard.path)} for shard in shards]


def _parse_shards(fields: Sequence[Mapping[str, Any]]) -> tuple[Shard, ...]:
    return tuple(
        Shard(**{**s, "path": location(s["path"]), "chunk_offsets": tuple(s["chunk_offsets"])})
        for s in fields
    )


def _check_shard(dump: Location, shard: Shard, files: Files) -> None:
    size = files.size(shard.path)
    if size != shard.bytes:
        found = "missing" if size is None else f"{size:,} bytes long"
        raise DataError(
            f"{dump} reads {shard.path}, which is {found}, expected {shard.bytes:,} bytes as when "
            "it was dumped: run extract_dataset again"
        )
