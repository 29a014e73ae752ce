"""Pictures in TFRecord files: the layouts of TF-Slim, TensorFlow Datasets and their relatives."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tasks.datasets.dataset import RECORDS_PER_CHUNK
from tasks.datasets.entry import Classes, Entry, Found, Loaded
from tasks.datasets.example import CLASS_TEXT, IMAGE_ENCODED, IMAGE_FILENAME, LABEL
from tasks.datasets.labels import Labels
from tasks.datasets.names import listed
from tasks.datasets.record_classes import record_classes
from tasks.datasets.shard_names import order_shards
from tasks.datasets.tfrecord import ShardScan, is_gzip, located_records, read_records
from tasks.datasets.tree import Tree
from tasks.errors import DataError
from tasks.networks.tensorflow import import_example

_TFDS_IMAGE, _TFDS_LABEL = "image", "label"


class TfrecordSource:
    """Pictures in records.

    Args:
        tree: the files.
        paths: those that are TFRecord files.
        labels: what the label file lists; None where there is none.
        labelled: if False, labels are not read.

    Raises:
        DataError: the files are not those of one set.
    """

    layout = "tfrecord"
    total = None

    def __init__(
        self, tree: Tree, paths: Sequence[str], labels: Labels | None, *, labelled: bool = True
    ) -> None:
        self._root = tree.root
        self._labelled = labelled
        self._labels = labels
        self.shards = order_shards(paths)
        #: The split of every file.
        self.files = {path: split for split, paths in self.shards.items() for path in paths}
        self.splits = frozenset(split for split in self.shards if split)
        self.compressed = any(is_gzip(self._root / path) for path in paths)
        #: What was found of each shard, once all entries were read.
        self.scans: dict[str, ShardScan] = {}

    def entries(self) -> Iterator[Entry]:
        """Yield all records in the order of the shards."""
        for path in self.files:
            yield from self.entries_of(path, self._root)

    def load(self, entry: Entry) -> Loaded:
        """Return the content of a record.

        Raises:
            DataError: it is no ``tf.train.Example``, or has no picture or label.
        """
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

        try:
            features = self._parse(entry.data).features.feature
            return _loaded(features, entry, labelled=self._labelled)
        except DecodeError as error:
            raise DataError(f"{entry.where} is not a tf.train.Example: {error}") from error
        except DataError as error:
            raise DataError(f"{entry.where}: {error}") from None

    def read(self, place: str) -> bytes:
        """Return the picture of a record again."""
        path, _, offset = place.rpartition(":")
        (payload,) = read_records(self._root / path, int(offset), 1)
        features = self._parse(payload).features.feature
        key = IMAGE_ENCODED if IMAGE_ENCODED in features else _TFDS_IMAGE
        return bytes(features[key].bytes_list.value[0])

    @property
    def _parse(self) -> Any:
        """The generated message class's parser, not TensorFlow's; Spark cannot send it along."""
        return _parser()

    def classes(self, found: Sequence[Found]) -> Classes:
        """Return the classes that the label file lists, or else the records."""
        return record_classes(self._labels, found)

    def remarks(self) -> list[str]:
        """Return what looks odd: nothing."""
        return []

    def entries_of(self, path: str, root: Path) -> Iterator[Entry]:
        """Yield the records of one file.

        Args:
            path: the file, below the data set's folder.
            root: where that folder, or a copy of the file, is.
        """
        count = 0
        offsets = []
        file = root / path
        zipped = is_gzip(file)
        for offset, payload in located_records(file):
            if count % RECORDS_PER_CHUNK == 0:
                offsets.append(offset)
            yield Entry(
                where=f"{path}: record {count}",
                name="",
                split=self.files[path],
                place=None if zipped else f"{path}:{offset}",
                data=payload,
            )
            count += 1
        self.scans[path] = ShardScan(count, file.stat().st_size, tuple(offsets))


@cache
def _parser() -> Any:
    # The package of the message class takes seconds to import.
    return import_example().FromString


def _loaded(features: Mapping[str, Any], entry: Entry, *, labelled: bool) -> Loaded:
    """Return what a record holds once its picture and its label are known to be there."""
    standard = IMAGE_ENCODED in features or LABEL in features
    named = _TFDS_IMAGE in features and (_TFDS_LABEL in features or not labelled)
    tfds = not standard and named
    image_key, label_key = (_TFDS_IMAGE, _TFDS_LABEL) if tfds else (IMAGE_ENCODED, LABEL)
    for key in (image_key, label_key) if labelled else (image_key,):
        if key not in features:
            raise DataError(f"has no feature {key!r}; it has {listed(sorted(features))}")
    images = features[image_key].bytes_list.value
    if len(images) != 1 or not images[0]:
        sizes = ", ".join(str(len(image)) for image in images[:5])
        raise DataError(f"{image_key!r} holds strings of [{sizes}] bytes, expected one picture")
    label = _label(features, label_key) if labelled else ""
    name = _text(features, IMAGE_FILENAME)
    path, _, record = entry.where.rpartition(": record ")
    return Loaded(
        bytes(images[0]),
        label,
        name or f"{path}#{record}",
        _text(features, CLASS_TEXT),
        standard=not tfds,
    )


def _label(features: Mapping[str, Any], key: str) -> int:
    labels = features[key].int64_list.value
    if len(labels) != 1:
        raise DataError(f"{key!r} holds {len(labels)} integers, expected 1")
    return int(labels[0])


def _text(features: Mapping[str, Any], key: str) -> str:
    """Return the one string of a feature; nothing where there is not just one."""
    values: Sequence[bytes] = features[key].bytes_list.value if key in features else []
    return values[0].decode("utf-8", "surrogateescape") if len(values) == 1 else ""
