"""Pictures of a data set's records, small enough for a page to contain them."""

import base64
import io
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.datasets.dataset import Dataset, read_dataset
from tasks.datasets.example import IMAGE_ENCODED
from tasks.datasets.tfrecord import read_records
from tasks.errors import DataError
from tasks.networks.tensorflow import import_example

if TYPE_CHECKING:
    from PIL.Image import Image

logger = logging.getLogger(__name__)

#: Longer side of a picture on a page, in pixels.
PICTURE_SIZE = 160
_QUALITY = 75


class SplitPictures:
    """Pictures of a split's shards, as far as the shards exist.

    Args:
        path: folder of the extracted data set, on this machine.
        split: its name.
    """

    def __init__(self, path: Path, split: str) -> None:
        self._split = split
        self._dataset: Dataset | None = None
        try:
            self._dataset = read_dataset(path)
        except DataError as error:
            logger.warning("the report shows no pictures: %s", error)

    def encoded(self, shard: str, record: int) -> bytes | None:
        """Return a record's picture as it is encoded in its shard; None if it cannot be read."""
        if self._dataset is None:
            return None
        try:
            return _encoded(self._dataset, self._split, shard, record)
        except (DataError, OSError) as error:
            logger.warning("%s, record %d is not shown: %s", shard, record, error)
            return None


def _encoded(dataset: Dataset, split: str, name: str, record: int) -> bytes:
    shards = {shard.path.name: shard for shard in dataset.splits[split].shards}
    if name not in shards or not 0 <= record < shards[name].records:
        raise DataError(f"{dataset.path} has no such record")
    chunk, skipped = divmod(record, dataset.records_per_chunk)
    # The shards of an extracted data set are files of this machine.
    path = Path(str(shards[name].path))
    records = list(read_records(path, shards[name].chunk_offsets[chunk], skipped + 1))
    features: Mapping[str, object] = import_example().FromString(records[skipped]).features.feature
    return bytes(features[IMAGE_ENCODED].bytes_list.value[0])  # type: ignore[attr-defined] # a protobuf


def thumbnail(encoded: bytes) -> "Image":
    """Return a picture, RGB, scaled to ``PICTURE_SIZE``.

    Raises:
        DataError: it cannot be decoded.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(encoded)) as image:
            image.draft("RGB", (PICTURE_SIZE, PICTURE_SIZE))
            small = image.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"the picture cannot be decoded: {error}") from None
    small.thumbnail((PICTURE_SIZE, PICTURE_SIZE))
    return small


def data_url(picture: "Image") -> str:
    """Return a picture as the ``data:`` URL of a JPEG."""
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg.getvalue()).decode()}"
