"""Archives of a small data set in TF-Slim's layout, given file by file, good or broken."""

from collections.abc import Callable, Mapping
from typing import Any

from support.sources import encoded, image
from tasks.datasets.dataset import shard_name
from tasks.datasets.example import IMAGE_ENCODED, IMAGE_FORMAT, LABEL
from tasks.storage.artifact import LocalArtifact

LABELS = "0:daisy\n1:dandelion\n2:roses\n"
SHA256 = "f" * 64

TRAIN_0 = shard_name("flowers", "train", 0, 2)
TRAIN_1 = shard_name("flowers", "train", 1, 2)
VALIDATION = shard_name("flowers", "validation", 0, 1)

#: The picture of all records.
JPEG = encoded(image(0))

#: The files of an archive by name.
Files = dict[str, bytes]
#: Writes files as an archive and extracts that.
Extract = Callable[[Mapping[str, bytes]], LocalArtifact]
#: Returns the bytes of a shard of records.
Shard = Callable[..., bytes]


def example(label: int | None = 0, image: bytes | None = JPEG, **more: Any) -> bytes:
    """Return a record as TensorFlow serialises it; None leaves a feature out.

    Args:
        label: the first label.
        image: the picture.
        more: ``more_labels``, further labels.
    """
    from tensorflow.core.example import example_pb2

    message = example_pb2.Example()
    feature = message.features.feature
    if image is not None:
        feature[IMAGE_ENCODED].bytes_list.value.append(image)
    if label is not None:
        feature[LABEL].int64_list.value.append(label)
    for value in more.get("more_labels", ()):
        feature[LABEL].int64_list.value.append(value)
    feature[IMAGE_FORMAT].bytes_list.value.append(b"jpg")
    return bytes(message.SerializeToString())


def good_files(shard: Shard) -> Files:
    """Return the files of a good archive: train has 100 + 2 records, validation 1."""
    return {
        "labels.txt": LABELS.encode(),
        TRAIN_0: shard(*(example(n % 3) for n in range(100))),
        TRAIN_1: shard(example(2), example(2)),
        VALIDATION: shard(example(1)),
    }
