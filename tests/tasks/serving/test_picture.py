import pytest

from support.serving import picture
from tasks.datasets.picture import prepare
from tasks.errors import PictureError
from tasks.serving.picture import ready


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF"])
def test_is_converted_as_a_data_set_is(kind: str) -> None:
    data = picture("teal", kind)
    assert ready(data) == ready(data, 600) == prepare(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pixels_are_counted_before_they_are_decoded(kind: str) -> None:
    data = picture("teal", kind)
    # Cut off behind the header: decoding it would fail in another way.
    with pytest.raises(PictureError, match=r"has 30 x 20 pixels, expected at most 599"):
        ready(data[:-40] if kind == "PNG" else data, 599)


def test_no_picture() -> None:
    with pytest.raises(PictureError, match="is no picture, it starts with '68 61 6c 6c'"):
        ready(b"hallo", 10)
