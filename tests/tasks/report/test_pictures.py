import base64
import io
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tasks.errors import DataError
from tasks.models.predictions import Predictions, read_predictions
from tasks.report import pictures as module
from tasks.report.pictures import PICTURE_SIZE, data_url, wrong_pictures
from tasks.storage.paths import Home

NAMES = ["stripes", "spots"]
Run = Callable[..., Home]


def shown(address: str | None) -> Image.Image:
    assert address
    head, _, content = address.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB")


@pytest.fixture
def predictions(write_run: Run) -> Predictions:
    return read_predictions(write_run("run").models / "m0de1")


def test_the_surest_mistake_comes_first_with_its_own_picture(
    predictions: Predictions,
    dataset: Path,
    pictures: dict[str, list[tuple[bytes, int]]],
) -> None:
    wrong = wrong_pictures(predictions, NAMES, dataset)
    assert [(w.shard[16:21], w.record, w.label, w.prediction, w.probability) for w in wrong] == [
        ("00001", 1, "spots", "stripes", 0.8),
        ("00001", 0, "spots", "stripes", 0.7),
        ("00000", 1, "stripes", "spots", 0.6),
    ]
    for picture, number in zip(wrong, (3, 2, 1), strict=True):
        small = shown(picture.image)
        assert max(small.size) == PICTURE_SIZE or max(small.size) < PICTURE_SIZE
        with Image.open(io.BytesIO(pictures["validation"][number][0])) as image:
            expected = image.convert("RGB").resize(small.size)
        assert np.abs(np.asarray(small, float) - np.asarray(expected, float)).mean() < 12


def test_there_are_no_more_than_the_cap(
    predictions: Predictions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "MOST_PICTURES", 2)
    assert [w.probability for w in wrong_pictures(predictions, NAMES, tmp_path)] == [0.8, 0.7]


def test_shards_that_are_gone_leave_the_entries(
    predictions: Predictions, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    wrong = wrong_pictures(predictions, NAMES, tmp_path)
    assert [picture.image for picture in wrong] == [None] * 3
    assert f"the report shows no pictures: {tmp_path} is not a data set" in caplog.text


def test_a_record_that_the_data_set_does_not_have_is_left_out(
    predictions: Predictions, dataset: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    predictions.shard[3] = "another.tfrecord"
    wrong = wrong_pictures(predictions, NAMES, dataset)
    assert [picture.image is None for picture in wrong] == [True, False, False]
    assert "another.tfrecord, record 1 is not shown" in caplog.text


def test_nothing_wrong_reads_no_shard(predictions: Predictions, tmp_path: Path) -> None:
    predictions.prediction[:] = predictions.label
    assert wrong_pictures(predictions, NAMES, tmp_path) == []


def jpeg(mode: str, size: tuple[int, int]) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size, 127 if mode == "L" else (10, 100, 200, 0)[: len(mode)]).save(
        content, "JPEG"
    )
    return content.getvalue()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize(
    ("size", "expected"), [((3000, 1500), (160, 80)), ((40, 20), (40, 20)), ((20, 4000), (1, 160))]
)
def test_large_pictures_are_scaled_down_and_small_ones_stay(
    mode: str, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert shown(data_url(jpeg(mode, size))).size == expected


@pytest.mark.parametrize("content", [b"", b"no picture", jpeg("RGB", (90, 90))[:200]])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(DataError, match="the picture cannot be decoded"):
        data_url(content)
