"""Validation pictures that the model got wrong, small enough for a page to contain them."""

import base64
import io
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tasks.datasets.dataset import Dataset, read_dataset
from tasks.datasets.example import IMAGE_ENCODED
from tasks.datasets.tfrecord import read_records
from tasks.errors import DataError
from tasks.models.predictions import Predictions
from tasks.networks.tensorflow import import_example
from tasks.storage.shown import shown

logger = logging.getLogger(__name__)

#: Most pictures on a page, of about 3 KiB each.
MOST_PICTURES = 60
#: Longer side of a picture on a page, in pixels.
PICTURE_SIZE = 160
_QUALITY = 75


@dataclass(frozen=True)
class WrongPicture:
    """A record whose prediction is wrong.

    Attributes:
        shard, record: file name of its shard, and its number in the shard.
        name: of the picture, as one line of visible characters; empty where it has none.
        label, prediction: names of the classes.
        probability: of the class that the model predicted.
        image: the picture as a ``data:`` URL, None where it cannot be shown.
    """

    shard: str
    record: int
    name: str
    label: str
    prediction: str
    probability: float
    image: str | None


def wrong_pictures(
    predictions: Predictions, class_names: Sequence[str], dataset: Path
) -> list[WrongPicture]:
    """Return the wrong predictions of the highest probability, ``MOST_PICTURES`` at most.

    An entry whose picture is gone, or cannot be decoded, has none.

    Args:
        predictions: of all validation records.
        class_names: in label order.
        dataset: folder of the extracted data set, on this machine.
    """
    wrong = np.flatnonzero(predictions.prediction != predictions.label)
    sure = predictions.probability[wrong, predictions.prediction[wrong]]
    chosen = wrong[np.argsort(-sure, kind="stable")][:MOST_PICTURES]
    if not len(chosen):
        return []
    shards = _Validation(dataset)
    return [
        WrongPicture(
            shard=predictions.shard[i],
            record=int(predictions.record[i]),
            name=shown(predictions.name[int(i)].as_py()),
            label=class_names[predictions.label[i]],
            prediction=class_names[predictions.prediction[i]],
            probability=float(predictions.probability[i, predictions.prediction[i]]),
            image=shards.picture(predictions.shard[i], int(predictions.record[i])),
        )
        for i in chosen
    ]


class _Validation:
    """Pictures of a data set's validation shards, as far as the shards exist."""

    def __init__(self, path: Path) -> None:
        self._dataset: Dataset | None = None
        try:
            self._dataset = read_dataset(path)
        except DataError as error:
            logger.warning("the report shows no pictures: %s", error)

    def picture(self, shard: str, record: int) -> str | None:
        """Return a picture as a ``data:`` URL, or None."""
        if self._dataset is None:
            return None
        try:
            return data_url(_encoded(self._dataset, shard, record))
        except (DataError, OSError) as error:
            logger.warning("%s, record %d is not shown: %s", shard, record, error)
            return None


def _encoded(dataset: Dataset, name: str, record: int) -> bytes:
    """Return a record's picture as it is encoded in its shard."""
    shards = {shard.path.name: shard for shard in dataset.splits["validation"].shards}
    if name not in shards or not 0 <= record < shards[name].records:
        raise DataError(f"{dataset.path} has no such record")
    chunk, skipped = divmod(record, dataset.records_per_chunk)
    # The shards of an extracted data set are files of this machine.
    path = Path(str(shards[name].path))
    records = list(read_records(path, shards[name].chunk_offsets[chunk], skipped + 1))
    features: Mapping[str, object] = import_example().FromString(records[skipped]).features.feature
    return bytes(features[IMAGE_ENCODED].bytes_list.value[0])  # type: ignore[attr-defined] # a protobuf


def data_url(encoded: bytes) -> str:
    """Return a picture, scaled to ``PICTURE_SIZE``, as the ``data:`` URL of a JPEG.

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
    jpeg = io.BytesIO()
    small.save(jpeg, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg.getvalue()).decode()}"
