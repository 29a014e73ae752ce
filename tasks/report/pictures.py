"""The validation pictures that the model got wrong, small enough to lie inside a page."""

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

logger = logging.getLogger(__name__)

#: The most pictures in a page; at 3 KiB each they are a small part of a megabyte.
MOST_PICTURES = 60
#: The longer side of a picture in a page, in pixels.
PICTURE_SIZE = 160
_QUALITY = 75


@dataclass(frozen=True)
class WrongPicture:
    """A record whose prediction is wrong.

    Attributes:
        shard, record: where it lies.
        label, prediction: the classes' names.
        probability: what the model gave the class that it predicted.
        image: a ``data:`` address of the picture, or None where it cannot be shown.
    """

    shard: str
    record: int
    label: str
    prediction: str
    probability: float
    image: str | None


def wrong_pictures(
    predictions: Predictions, class_names: Sequence[str], dataset: Path
) -> list[WrongPicture]:
    """Return the wrong predictions that the model was surest of, ``MOST_PICTURES`` at most.

    A picture that is not there any more, or cannot be decoded, is left out of its entry.

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
            label=class_names[predictions.label[i]],
            prediction=class_names[predictions.prediction[i]],
            probability=float(predictions.probability[i, predictions.prediction[i]]),
            image=shards.picture(predictions.shard[i], int(predictions.record[i])),
        )
        for i in chosen
    ]


class _Validation:
    """Finds pictures in a data set's validation shards, as far as they are there."""

    def __init__(self, path: Path) -> None:
        self._dataset: Dataset | None = None
        try:
            self._dataset = read_dataset(path)
        except DataError as error:
            logger.warning("the report shows no pictures: %s", error)

    def picture(self, shard: str, record: int) -> str | None:
        """Return a picture as a ``data:`` address, or None."""
        if self._dataset is None:
            return None
        try:
            return data_address(_encoded(self._dataset, shard, record))
        except (DataError, OSError) as error:
            logger.warning("%s, record %d is not shown: %s", shard, record, error)
            return None


def _encoded(dataset: Dataset, name: str, record: int) -> bytes:
    """Return the bytes of a record's picture as they are in its shard."""
    shards = {shard.path.name: shard for shard in dataset.splits["validation"].shards}
    if name not in shards or not 0 <= record < shards[name].records:
        raise DataError(f"{dataset.path} has no such record")
    chunk, skipped = divmod(record, dataset.records_per_chunk)
    # Those of an extracted data set are files of this machine.
    path = Path(str(shards[name].path))
    records = list(read_records(path, shards[name].chunk_offsets[chunk], skipped + 1))
    features: Mapping[str, object] = import_example().FromString(records[skipped]).features.feature
    return bytes(features[IMAGE_ENCODED].bytes_list.value[0])  # type: ignore[attr-defined] # a protobuf


def data_address(encoded: bytes) -> str:
    """Return a picture, scaled to ``PICTURE_SIZE``, as the ``data:`` address of a JPEG.

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
