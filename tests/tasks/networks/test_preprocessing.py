import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tasks.networks.inception import INCEPTION_V1
from tasks.networks.network import Network
from tasks.networks.preprocessing import (
    crop_centre,
    decode,
    normalise,
    normalised,
    preprocess,
    resize,
    resize_shorter_side,
)
from tasks.networks.recipe import Preprocessing, inception, vgg
from tasks.networks.tensorflow import import_tensorflow

PREPROCESSING = INCEPTION_V1.preprocessing
SHAPES = [(1, 1), (7, 9), (40, 41), (500, 333), (333, 500), (224, 300), (257, 256)]


def run(operation: Callable[..., Any], value: Any, *arguments: Any) -> Any:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as session:
        return session.run(operation(tf.constant(value), *arguments))


def jpeg(pixels: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def bilinear(image: Any, size: int) -> Any:
    """TensorFlow 1's default: pixel i of the result lies at ``i * length / size`` of the source."""

    def taps(length: int) -> tuple[Any, Any, Any]:
        place = np.arange(size) * (length / size)
        low = np.floor(place).astype(int)
        return low, np.minimum(low + 1, length - 1), place - low

    top, bottom, down = taps(image.shape[0])
    left, right, along = taps(image.shape[1])
    along = along[None, :, None]
    upper = image[top][:, left] * (1 - along) + image[top][:, right] * along
    lower = image[bottom][:, left] * (1 - along) + image[bottom][:, right] * along
    return upper * (1 - down[:, None, None]) + lower * down[:, None, None]


def test_decodes_to_bytes() -> None:
    for value in (0, 51, 255):
        image = run(decode, jpeg(np.full((16, 24, 3), value, np.uint8)))
        assert (image.shape, image.dtype) == ((16, 24, 3), np.uint8)
        assert (image == value).all()


def test_decodes_as_pillow_does() -> None:
    """Pillow asks libjpeg for the accurate transform; the fast one is off by up to 4 here."""
    rng = np.random.default_rng(3)
    picture = jpeg(rng.integers(0, 256, (61, 47, 3), np.uint8))
    assert (run(decode, picture) == np.asarray(Image.open(io.BytesIO(picture)))).all()


def test_a_grey_picture_has_three_channels() -> None:
    image = run(decode, jpeg(np.tile(np.arange(0, 256, 8, np.uint8), (16, 1))))
    assert image.shape == (16, 32, 3)
    assert (image[..., 0] == image[..., 1]).all()


@pytest.mark.parametrize("size", [224, 31])
@pytest.mark.parametrize("shape", [(10, 7), (500, 333), (224, 300), (1, 1)])
def test_resizes_without_aligned_corners_or_half_pixels(shape: tuple[int, int], size: int) -> None:
    image = np.random.default_rng(1).random((*shape, 3), np.float32)
    # TensorFlow computes the places in float32; either other rule is off by 1e-1.
    np.testing.assert_allclose(run(resize, image, [size, size]), bilinear(image, size), atol=1e-4)


def test_the_right_size_stays_as_it_is() -> None:
    image = np.random.default_rng(1).random((224, 224, 3), np.float32)
    assert (run(resize, image, [224, 224]) == image).all()


def test_normalises_each_channel() -> None:
    values = np.array([[[0, 0.5, 1]]], np.float32)
    assert run(normalise, values, PREPROCESSING).tolist() == [[[-1, 0, 1]]]
    other = Preprocessing(size=1, subtract=(0.25, 0.5, 0), multiply=(4, 2, 3))
    assert run(normalise, values, other).tolist() == [[[-1, 0, 3]]]
    turned = Preprocessing(size=1, subtract=(0.25, 0.5, 0), multiply=(4, 2, 3), bgr=True)
    assert run(normalise, values, turned).tolist() == [[[3, 0, -1]]]


@pytest.mark.parametrize("bgr", [False, True])
def test_pictures_are_normalised_without_tensorflow_too(bgr: bool) -> None:
    pictures = np.array([[[[0, 51, 255]]], [[[255, 102, 0]]]], np.float32)
    recipe = Preprocessing(size=1, subtract=(0.25, 0.5, 0), multiply=(4, 2, 3), bgr=bgr)
    images = normalised(pictures, recipe)
    assert images.dtype == np.float32
    wanted = np.array([[[[-1, -0.6, 3]]], [[[3, -0.2, 0]]]])
    # Float32 is exact to 2^-24; the difference 102 / 255 - 0.5 loses three of these bits.
    np.testing.assert_allclose(images, wanted[..., ::-1] if bgr else wanted, rtol=1e-6)


@pytest.mark.parametrize("share", [0.875, 0.5, 0.33])
@pytest.mark.parametrize("shape", SHAPES)
def test_crops_as_tensorflow_does(shape: tuple[int, int], share: float) -> None:
    image = np.random.default_rng(1).random((*shape, 3), np.float32)
    # Of a picture whose shape it knows it computes another place.
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default(), tf.Session() as session:
        given = tf.placeholder(tf.float32, [None, None, 3])
        wanted = session.run(tf.image.central_crop(given, share), {given: image})
        cropped = session.run(crop_centre(given, share), {given: image})
    np.testing.assert_array_equal(cropped, wanted)


@pytest.mark.parametrize("shape", SHAPES)
def test_scales_the_shorter_side_as_tf_slim_does(shape: tuple[int, int]) -> None:
    """TF-Slim's ``_aspect_preserving_resize`` and ``_central_crop``, by hand."""
    image = np.random.default_rng(1).random((*shape, 3), np.float32)
    factor = np.float32(256) / np.float32(min(shape))
    height, width = (int(np.rint(np.float32(length) * factor)) for length in shape)
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default(), tf.Session() as session:
        scaled = session.run(tf.image.resize_bilinear(image[None], [height, width]))[0]
    top, left = int((height - 224) / 2), int((width - 224) / 2)
    wanted = scaled[top : top + 224, left : left + 224]
    np.testing.assert_array_equal(run(resize_shorter_side, image, 256, 224), wanted)


@pytest.mark.parametrize("recipe", [inception(299), vgg(224)])
def test_every_recipe_gives_its_size(recipe: Preprocessing) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (61, 301, 3), np.uint8)
    assert run(preprocess, pixels, recipe).shape == (recipe.size, recipe.size, 3)


def test_vgg_subtracts_imagenets_mean_from_bytes() -> None:
    image = run(preprocess, np.full((300, 300, 3), 128, np.uint8), vgg(224))
    np.testing.assert_allclose(image[0, 0], [128 - 123.68, 128 - 116.78, 128 - 103.94], rtol=1e-5)


def test_the_whole_picture_uncropped() -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[:, 100:] = 255
    image = run(preprocess, pixels, PREPROCESSING)
    assert (image.shape, image.dtype) == ((224, 224, 3), np.float32)
    np.testing.assert_allclose(image[:, :105], -1, atol=1e-6)
    np.testing.assert_allclose(image[:, 119:], 1, atol=1e-6)


def test_size_and_range_are_those_of_the_record(tiny_network: Network) -> None:
    pixels = np.full((100, 200, 3), 255, np.uint8)
    image = run(preprocess, pixels, tiny_network.preprocessing)
    assert image.shape == (40, 40, 3)
    np.testing.assert_allclose(image, 3, rtol=1e-6)
