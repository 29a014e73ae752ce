"""Every kind of picture has the pixels that ``extract_dataset`` gives it."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from tasks.datasets.picture import prepare
from tasks.exports.headers import read_header
from tasks.exports.pictures import as_jpeg, over_white, turn_upright
from tasks.networks.preprocessing import decode
from tasks.networks.tensorflow import import_tensorflow

Save = Callable[..., bytes]


@pytest.fixture(scope="module")
def convert() -> Callable[[bytes], bytes]:
    tf = import_tensorflow()

    signature = [tf.TensorSpec([], tf.string)]
    graph = tf.function(lambda data: as_jpeg(data, read_header(data)), input_signature=signature)
    return lambda data: bytes(graph(data).numpy())


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x010F] = "maker"
    tags[0x0112] = orientation
    return tags.tobytes()


def kinds(save: Save, drawn: Image.Image) -> dict[str, bytes]:
    alpha = np.random.default_rng(2).integers(0, 256, (drawn.height, drawn.width), np.uint8)
    clear = drawn.convert("RGBA")
    clear.putalpha(Image.fromarray(alpha))
    few = drawn.quantize(32)
    deep = Image.fromarray(alpha.astype(np.uint16) * 200)
    packet = b'<x:xmpmeta><rdf:Description tiff:Orientation="8"/></x:xmpmeta>'
    grey, cmyk = drawn.convert("L"), drawn.convert("CMYK")
    return {
        "jpeg": save(drawn, "JPEG"),
        "jpeg grey": save(grey, "JPEG"),
        "jpeg progressive": save(drawn, "JPEG", progressive=True),
        "jpeg cmyk": save(cmyk, "JPEG"),
        **{f"jpeg turned {i}": save(drawn, "JPEG", exif=exif(i)) for i in range(1, 9)},
        "jpeg grey turned": save(grey, "JPEG", exif=exif(3)),
        "jpeg cmyk turned": save(cmyk, "JPEG", exif=exif(6)),
        "jpeg turned by xmp": save(drawn, "JPEG", xmp=packet),
        "png": save(drawn, "PNG"),
        "png grey": save(grey, "PNG"),
        "png one bit": save(drawn.convert("1"), "PNG"),
        "png palette": save(few, "PNG"),
        "png palette clear": save(few, "PNG", transparency=3),
        "png alpha": save(clear, "PNG"),
        "png grey alpha": save(clear.convert("LA"), "PNG"),
        "png 16 bits": save(deep, "PNG"),
        "png turned": save(drawn, "PNG", exif=exif(6)),
        "gif": save(few, "GIF"),
        "gif of two frames": save(few, "GIF", save_all=True, append_images=[few.rotate(90)]),
        "bmp": save(drawn, "BMP"),
    }


def test_pixels_are_those_of_extract_dataset(
    convert: Callable[[bytes], bytes], save: Save, drawn: Image.Image
) -> None:
    for kind, data in kinds(save, drawn).items():
        wanted = prepare(data)
        ours = convert(data)
        assert (ours == data) == wanted.kept, kind
        np.testing.assert_array_equal(decode(ours), decode(wanted.data), err_msg=kind)


def test_over_white_rounds_as_pillow_does() -> None:
    values = np.arange(256, dtype=np.uint8)
    colour, alpha = np.meshgrid(values, values)
    pixels = np.stack([colour, colour[::-1], colour, alpha], axis=-1)
    seen = Image.fromarray(pixels)
    white = Image.new("RGBA", seen.size, "white")
    wanted = np.asarray(Image.alpha_composite(white, seen).convert("RGB"))
    np.testing.assert_array_equal(over_white(pixels), wanted)


def test_turn_upright_knows_every_orientation() -> None:
    tf = import_tensorflow()
    pixels = np.arange(2 * 3 * 3).reshape(2, 3, 3)
    wanted = {
        1: pixels,
        2: np.fliplr(pixels),
        3: np.rot90(pixels, 2),
        4: np.flipud(pixels),
        5: np.transpose(pixels, (1, 0, 2)),
        6: np.rot90(pixels, -1),
        7: np.rot90(np.transpose(pixels, (1, 0, 2)), 2),
        8: np.rot90(pixels),
    }
    for orientation, upright in wanted.items():
        turned = turn_upright(tf.constant(pixels), tf.constant(orientation, tf.int64))
        np.testing.assert_array_equal(turned, upright)
