"""A data set of twelve pictures, drawn at random, in the official layout."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from tasks.datasets.dataset import LABELS, SPLITS, shard_name
from tasks.datasets.example import IMAGE_ENCODED, LABEL
from tasks.datasets.tfrecord import write_records
from tasks.networks.tensorflow import import_tensorflow

CLASS_NAMES = ("stripes", "spots")
#: Records of every shard, by split.
SHARD_SIZES = {"train": (5, 3), "validation": (2, 2)}
#: Images per batch of the dumps: both splits are whole batches.
BATCH_SIZE = 4

#: A JPEG and its label.
Picture = tuple[bytes, int]
#: Records by split, in reading order.
Records = dict[str, list[bytes]]
Encode = Callable[[bytes, int], bytes]


def draw_pictures() -> dict[str, list[Picture]]:
    """Return pictures by split, in reading order: odd sizes, one grey, one progressive."""
    rng = np.random.default_rng(7)
    return {split: [_picture(rng, i) for i in range(sum(SHARD_SIZES[split]))] for split in SPLITS}


def _picture(rng: np.random.Generator, number: int) -> Picture:
    label = int(rng.integers(len(CLASS_NAMES)))
    small = rng.integers(0, 256, (6, 6 if label else 1, 3), np.uint8)
    width, height = (int(side) for side in rng.integers(40, 300, 2))
    image = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    jpeg = io.BytesIO()
    image.convert("L" if number == 1 else "RGB").save(jpeg, "JPEG", progressive=number == 2)
    return jpeg.getvalue(), label


def encoder() -> Encode:
    """Return what serialises a picture and its label with TensorFlow, as the official set is."""
    import_tensorflow()
    from tensorflow.core.example import example_pb2

    def encode(jpeg: bytes, label: int) -> bytes:
        message = example_pb2.Example()
        message.features.feature[IMAGE_ENCODED].bytes_list.value.append(jpeg)
        message.features.feature[LABEL].int64_list.value.append(label)
        return bytes(message.SerializeToString())

    return encode


def write_tiny_dataset(folder: Path, records: Records) -> None:
    """Write records as shards of ``SHARD_SIZES``, and their labels."""
    (folder / LABELS).write_text("".join(f"{i}:{name}\n" for i, name in enumerate(CLASS_NAMES)))
    for split, sizes in SHARD_SIZES.items():
        first = 0
        for number, size in enumerate(sizes):
            path = folder / shard_name("tiny", split, number, len(sizes))
            write_records(path, records[split][first : first + size])
            first += size
