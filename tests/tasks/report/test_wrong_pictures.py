import base64
import io
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.tiny_dataset import Picture
from tasks.errors import DataError
from tasks.models.predictions import Predictions, read_predictions
from tasks.report import wrong_pictures as module
from tasks.report.class_maps import PictureMaps
from tasks.report.pictures import PICTURE_SIZE
from tasks.report.wrong_pictures import WrongPictures, wrong_pictures
from tasks.serving.overlay import cover
from tasks.serving.region import Region
from tasks.storage.paths import Home

NAMES = ["stripes", "spots"]
REGION = Region(0.0, 0.25, 1.0, 0.5)
#: Bright on the left, and bright on the right.
MAPS = (((1.0, 0.0), (1.0, 0.0)), ((0.0, 1.0), (0.0, 1.0)))
Run = Callable[..., Home]
Asked = list[tuple[list[bytes], list[tuple[int, ...]]]]


def shown(address: str | None) -> Image.Image:
    assert address
    content = base64.b64decode(address.removeprefix("data:image/jpeg;base64,"))
    return Image.open(io.BytesIO(content)).convert("RGB")


def distance(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures' values."""
    return float(np.abs(np.asarray(one, float) - np.asarray(other, float)).mean())


def refuse(_pictures: Sequence[Path], _labels: Sequence[tuple[int, ...]]) -> list[None]:
    raise DataError("the run has no model")


@pytest.fixture
def predictions(write_run: Run) -> Predictions:
    return read_predictions(write_run("run").models / "m0de1")


def test_the_surest_mistake_comes_first_with_its_own_picture(
    predictions: Predictions, dataset: Path, pictures: dict[str, list[Picture]]
) -> None:
    wrong = wrong_pictures(predictions, NAMES, dataset, refuse).pictures
    assert [(w.shard[16:21], w.record, w.label, w.prediction, w.probability) for w in wrong] == [
        ("00001", 1, "spots", "stripes", 0.8),
        ("00001", 0, "spots", "stripes", 0.7),
        ("00000", 1, "stripes", "spots", 0.6),
    ]
    for picture, number in zip(wrong, (3, 2, 1), strict=True):
        small = shown(picture.image)
        assert max(small.size) <= PICTURE_SIZE
        with Image.open(io.BytesIO(pictures["validation"][number][0])) as image:
            assert distance(small, image.convert("RGB").resize(small.size)) < 12


def test_heat_maps_of_prediction_and_label_lie_over_the_picture(
    predictions: Predictions, dataset: Path, pictures: dict[str, list[Picture]]
) -> None:
    asked: Asked = []

    def explain(
        files: Sequence[Path], labels: Sequence[tuple[int, ...]]
    ) -> list[PictureMaps | None]:
        asked.append(([file.read_bytes() for file in files], list(labels)))
        return [PictureMaps(MAPS, REGION), None, PictureMaps(MAPS[::-1], REGION)]

    found = wrong_pictures(predictions, NAMES, dataset, explain)
    encoded = [pictures["validation"][number][0] for number in (3, 2, 1)]
    assert asked == [(encoded, [(0, 1), (0, 1), (1, 0)])]
    assert found.without_heatmaps == ""
    assert [[heatmap.name for heatmap in wrong.heatmaps] for wrong in found.pictures] == [
        ["stripes", "spots"],
        [],
        ["spots", "stripes"],
    ]
    first = found.pictures[0]
    for heatmap, left in zip(first.heatmaps, (True, False), strict=True):
        image = shown(first.image)
        expected = cover(image.copy(), np.array(MAPS[0 if left else 1], np.float32), REGION)
        other = cover(image.copy(), np.array(MAPS[1 if left else 0], np.float32), REGION)
        assert distance(shown(heatmap.image), expected) < 8
        assert distance(shown(heatmap.image), other) > 30


def test_the_reason_is_told_where_there_are_no_heat_maps(
    predictions: Predictions, dataset: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    found = wrong_pictures(predictions, NAMES, dataset, refuse)
    assert found.without_heatmaps == "the run has no model"
    assert [len(picture.heatmaps) for picture in found.pictures] == [0, 0, 0]
    assert "the report shows no heat maps: the run has no model" in caplog.text


def test_there_are_no_more_than_the_cap(
    predictions: Predictions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "MOST_PICTURES", 2)
    found = wrong_pictures(predictions, NAMES, tmp_path, refuse).pictures
    assert [picture.probability for picture in found] == [0.8, 0.7]


def test_shards_that_are_gone_leave_the_entries_and_ask_for_no_heat_map(
    predictions: Predictions, tmp_path: Path
) -> None:
    found = wrong_pictures(predictions, NAMES, tmp_path, refuse)
    assert [picture.image for picture in found.pictures] == [None] * 3
    assert found.without_heatmaps == ""


def test_a_record_that_the_data_set_does_not_have_is_left_out(
    predictions: Predictions, dataset: Path
) -> None:
    predictions.shard[3] = "another.tfrecord"
    found = wrong_pictures(predictions, NAMES, dataset, refuse).pictures
    assert [picture.image is None for picture in found] == [True, False, False]


def test_nothing_wrong_reads_no_shard(predictions: Predictions, tmp_path: Path) -> None:
    predictions.prediction[:] = predictions.label
    assert wrong_pictures(predictions, NAMES, tmp_path, refuse) == WrongPictures()
