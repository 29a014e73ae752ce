"""Validation pictures that the model got wrong, and the parts of them that speak for a class."""

import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tasks.errors import DataError
from tasks.models.predictions import Predictions
from tasks.report.class_maps import PictureMaps
from tasks.report.pictures import SplitPictures, data_url, thumbnail
from tasks.serving.overlay import cover
from tasks.storage.shown import shown

if TYPE_CHECKING:
    from PIL.Image import Image

logger = logging.getLogger(__name__)

#: Most pictures on a page, of about 4 KiB each, and as much for each heat map.
MOST_PICTURES = 60

#: Returns maps for files of pictures and the labels of each, see ``heatmaps.class_maps``.
Explain = Callable[[Sequence[Path], Sequence[tuple[int, ...]]], Sequence[PictureMaps | None]]


@dataclass(frozen=True)
class Heatmap:
    """A picture with a class's heat map over it.

    Attributes:
        name: of the class.
        image: a ``data:`` URL.
    """

    name: str
    image: str


@dataclass(frozen=True)
class WrongPicture:
    """A record whose prediction is wrong.

    Attributes:
        shard, record: file name of its shard, and its number in the shard.
        name: of the picture, as one line of visible characters; empty where it has none.
        label, prediction: names of the classes.
        probability: of the class that the model predicted.
        image: the picture as a ``data:`` URL, None where it cannot be shown.
        heatmaps: of the prediction and of the label; empty where there are none.
    """

    shard: str
    record: int
    name: str
    label: str
    prediction: str
    probability: float
    image: str | None
    heatmaps: tuple[Heatmap, ...] = ()


@dataclass(frozen=True)
class WrongPictures:
    """The wrong predictions of the highest probability.

    Attributes:
        pictures: ``MOST_PICTURES`` at most, the highest probability first.
        without_heatmaps: why they have no heat maps, a clause; empty where they have.
    """

    pictures: tuple[WrongPicture, ...] = ()
    without_heatmaps: str = ""


def wrong_pictures(
    predictions: Predictions, class_names: Sequence[str], dataset: Path, explain: Explain
) -> WrongPictures:
    """Return the wrong predictions of the highest probability.

    An entry whose picture is gone, or cannot be decoded, has none.

    Args:
        predictions: of all validation records.
        class_names: in label order.
        dataset: folder of the extracted data set, on this machine.
        explain: makes the heat maps; a ``DataError`` of it leaves them out.
    """
    chosen = _surest_mistakes(predictions)
    if not chosen:
        return WrongPictures()
    with tempfile.TemporaryDirectory(prefix="graft-report-") as kept:
        files = {number: Path(kept, str(number)) for number in chosen}
        images = dict(_unpack(predictions, SplitPictures(dataset, "validation"), files))
        maps, why = _explained(predictions, {i: files[i] for i in images}, explain)
    return WrongPictures(
        tuple(
            _described(predictions, class_names, i, image=images.get(i), maps=maps.get(i))
            for i in chosen
        ),
        why,
    )


def _surest_mistakes(predictions: Predictions) -> list[int]:
    wrong = np.flatnonzero(predictions.prediction != predictions.label)
    sure = predictions.probability[wrong, predictions.prediction[wrong]]
    return [int(i) for i in wrong[np.argsort(-sure, kind="stable")][:MOST_PICTURES]]


def _unpack(
    predictions: Predictions, shards: SplitPictures, files: dict[int, Path]
) -> "Iterator[tuple[int, Image]]":
    """Write pictures to their files, and yield number and thumbnail of each that decodes."""
    for i, file in files.items():
        shard, record = predictions.shard[i], int(predictions.record[i])
        encoded = shards.encoded(shard, record)
        if encoded is None:
            continue
        try:
            small = thumbnail(encoded)
            file.write_bytes(encoded)
            yield i, small
        except (DataError, OSError) as error:
            logger.warning("%s, record %d is not shown: %s", shard, record, error)


def _explained(
    predictions: Predictions, files: dict[int, Path], explain: Explain
) -> tuple[dict[int, PictureMaps], str]:
    """Return the maps of prediction and label by number, and why there are none."""
    if not files:
        return {}, ""
    labels = [(int(predictions.prediction[i]), int(predictions.label[i])) for i in files]
    try:
        maps = explain(list(files.values()), labels)
    except DataError as error:
        logger.warning("the report shows no heat maps: %s", error)
        return {}, str(error)
    return {i: found for i, found in zip(files, maps, strict=True) if found}, ""


def _described(
    predictions: Predictions,
    class_names: Sequence[str],
    number: int,
    *,
    image: "Image | None",
    maps: PictureMaps | None,
) -> WrongPicture:
    label, prediction = (int(c[number]) for c in (predictions.label, predictions.prediction))
    names = (class_names[prediction], class_names[label])
    return WrongPicture(
        shard=predictions.shard[number],
        record=int(predictions.record[number]),
        name=shown(predictions.name[number].as_py()),
        label=names[1],
        prediction=names[0],
        probability=float(predictions.probability[number, prediction]),
        image=data_url(image) if image else None,
        heatmaps=tuple(_heatmaps(image, maps, names)) if image and maps else (),
    )


def _heatmaps(image: "Image", maps: PictureMaps, names: tuple[str, ...]) -> Iterator[Heatmap]:
    for name, one in zip(names, maps.maps, strict=True):
        heatmap = np.array(one, np.float32)
        yield Heatmap(name, data_url(cover(image.copy(), heatmap, maps.region)))
