import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from tasks.exports import inputs

Call = Callable[..., dict[str, Any]]


def png_of_size(width: int, height: int) -> bytes:
    """The start of a PNG of one byte that says that it has so many pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + start


def test_a_bomb_is_refused_by_its_header(ask: Call) -> None:
    assert ask(png_of_size(2**16, 2**16))["error"][0].decode() == inputs.TOO_LARGE


def test_what_the_graph_would_decode_to_other_pixels_is_refused(
    ask: Call, drawn: Image.Image, save: Callable[..., bytes]
) -> None:
    few = drawn.quantize(32)
    answer = ask(save(few, "GIF", transparency=3), save(few, "BMP"), save(drawn, "BMP"))
    assert [text.decode() for text in answer["error"]] == [inputs.NOT_EXACT, inputs.NOT_EXACT, ""]


@pytest.mark.parametrize("kind", ["WEBP", "TIFF"])
def test_a_kind_without_an_operation_is_refused(
    kind: str, ask: Call, drawn: Image.Image, save: Callable[..., bytes]
) -> None:
    error = ask(save(drawn, kind))["error"][0].decode()
    assert error == inputs.NO_PICTURE
    assert "convert other pictures first, such as WebP or TIFF" in error
