import base64
import io
import logging
from pathlib import Path

import pytest
from PIL import Image

from support.tiny_dataset import Picture
from tasks.errors import DataError
from tasks.report.pictures import SplitPictures, data_url, thumbnail

SHARD = "tiny_validation_00001-of-00002.tfrecord"


def shown(address: str) -> Image.Image:
    head, _, content = address.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB")


def test_pictures_are_those_of_the_records(
    dataset: Path, pictures: dict[str, list[Picture]]
) -> None:
    found = SplitPictures(dataset, "validation")
    assert [found.encoded(SHARD, record) for record in (0, 1)] == [
        jpeg for jpeg, _ in pictures["validation"][2:]
    ]
    train = SplitPictures(dataset, "train").encoded("tiny_train_00001-of-00002.tfrecord", 2)
    assert train == pictures["train"][7][0]


def test_a_record_that_the_data_set_does_not_have_has_no_picture(
    dataset: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert SplitPictures(dataset, "validation").encoded("another.tfrecord", 1) is None
    assert SplitPictures(dataset, "validation").encoded(SHARD, 2) is None
    assert "another.tfrecord, record 1 is not shown" in caplog.text


def test_a_data_set_that_is_gone_has_no_pictures(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert SplitPictures(tmp_path, "validation").encoded(SHARD, 0) is None
    assert f"the report shows no pictures: {tmp_path} is not a data set" in caplog.text


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
    assert shown(data_url(thumbnail(jpeg(mode, size)))).size == expected


@pytest.mark.parametrize("content", [b"", b"no picture", jpeg("RGB", (90, 90))[:200]])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(DataError, match="the picture cannot be decoded"):
        thumbnail(content)
