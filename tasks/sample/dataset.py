"""The bundled sample's data set: drawn flowers in the layout of the official archive."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from tasks.datasets.dataset import LABELS, SPLITS, shard_name
from tasks.datasets.example import (
    IMAGE_ENCODED,
    IMAGE_FORMAT,
    IMAGE_HEIGHT,
    IMAGE_WIDTH,
    LABEL,
    encode_example,
)
from tasks.datasets.tfrecord import write_records
from tasks.sample.drawing.flower import FLOWERS, draw_flower

RECORDS = {"train": 240, "validation": 60}
SHARDS = 5
SEED = 2
#: Bounds of a picture's width and height, in pixels.
SHORTEST, LONGEST = 140, 200
JPEG_QUALITY = 85


def sample_pictures(split: str, records: int, seed: int) -> Iterator[tuple[Image.Image, int]]:
    """Yield drawn pictures with their labels, the kinds shuffled and in equal parts.

    Args:
        split: one of ``SPLITS``; they share no picture.
        records: number of pictures.
        seed: determines every picture.
    """
    place = [seed, SPLITS.index(split)]
    order = np.random.Generator(np.random.PCG64(place)).permutation(records) % len(FLOWERS)
    for number, label in enumerate(order.tolist()):
        rng = np.random.Generator(np.random.PCG64([*place, number]))
        width, height = rng.integers(SHORTEST, LONGEST, 2, endpoint=True).tolist()
        side = max(width, height)
        picture = draw_flower(FLOWERS[label], rng, side)
        left, top = (int(rng.integers(side - length + 1)) for length in (width, height))
        yield picture.crop((left, top, left + width, top + height)), label


def sample_examples(split: str, records: int, seed: int) -> Iterator[bytes]:
    """Yield ``sample_pictures`` as serialized ``tf.train.Example`` messages."""
    for picture, label in sample_pictures(split, records, seed):
        jpeg = io.BytesIO()
        picture.save(jpeg, "JPEG", quality=JPEG_QUALITY)
        yield encode_example(
            {
                IMAGE_ENCODED: jpeg.getvalue(),
                IMAGE_FORMAT: b"jpg",
                IMAGE_HEIGHT: picture.height,
                IMAGE_WIDTH: picture.width,
                LABEL: label,
            }
        )


def dataset_files(folder: Path) -> Iterator[Path]:
    """Write the sample's shards and ``labels.txt`` into ``folder`` and yield them."""
    for split in SPLITS:
        examples = list(sample_examples(split, RECORDS[split], SEED))
        for number in range(SHARDS):
            path = folder / shard_name("flowers", split, number, SHARDS)
            write_records(path, examples[number::SHARDS])
            yield path
    labels = folder / LABELS
    lines = [f"{label}:{kind}\n" for label, kind in enumerate(FLOWERS)]
    labels.write_text("".join(lines), encoding="utf-8")
    yield labels
