"""Inputs of a SavedModel's signatures, turned into the network's input, item by item."""

from dataclasses import dataclass
from typing import Any

from tasks.datasets.picture_bound import MOST_PIXELS
from tasks.exports.headers import OTHER, Header, read_header
from tasks.exports.items import map_items
from tasks.exports.parts import Part
from tasks.exports.pictures import as_jpeg
from tasks.exports.seen import seen_region
from tasks.networks.recipe import Preprocessing
from tasks.networks.tensorflow import import_tensorflow

#: Errors of items that have no answer.
NO_PICTURE = "expected a JPEG, PNG, GIF or BMP; convert other pictures first, such as WebP or TIFF"
TOO_LARGE = f"has more pixels than the {MOST_PIXELS:,} that Graft decodes"
NOT_EXACT = (
    "TensorFlow does not decode this kind of GIF (transparent, or a first frame smaller than the "
    "picture), BMP (other than 24 bits) or PNG (transparent grey of 2, 4 or 16 bits); convert it "
    "to PNG or JPEG first"
)
DAMAGED = "cannot be decoded: it is damaged or cut short"
NO_NUMBERS = "has values that are no finite numbers"


@dataclass(frozen=True)
class Images:
    """Images for the network, one for each item of a batch.

    Attributes:
        images: float32 ``[n, size, size, 3]``; zeros for an item that failed.
        region: float32 ``[n, 4]``, the part of each upright picture that the network sees: top,
            left, bottom, right, as shares of its height and width.
        error: string ``[n]``, why an item failed, empty for the others.
    """

    images: Any
    region: Any
    error: Any


@dataclass(frozen=True)
class InputReader:
    """Reads what clients send.

    Attributes:
        encoded: the dump's nodes from a JPEG to the network's input.
        decoded: the dump's nodes from pixels, uint8 ``[height, width, 3]``, to the input.
        preprocessing: the recipe of these nodes.
    """

    encoded: Part
    decoded: Part
    preprocessing: Preprocessing

    def read_files(self, files: Any) -> Images:
        """Return the images of pictures' files, a string ``[n]``."""
        tf = import_tensorflow()
        count = tf.size(files)
        facts = tf.map_fn(
            lambda data: list(vars(read_header(data)).values()),
            files,
            fn_output_signature=[tf.int64] * 4 + [tf.bool] * 3,
            parallel_iterations=16,
        )
        header = Header(*facts)
        refused = _refusal(header)
        found, (images, region) = map_items(self._read_file, (files, refused, *facts), count)
        error = tf.where(found, "", tf.where(refused == "", DAMAGED, refused))
        return Images(images, region, error)

    def read_pixels(self, pixels: Any) -> Images:
        """Return the images of decoded pictures, float32 ``[n, height, width, 3]``, 0 to 255."""
        tf = import_tensorflow()
        finite = tf.reduce_all(tf.math.is_finite(pixels), [1, 2, 3])
        found, (images, region) = map_items(self._read_pixels, (pixels, finite), tf.size(finite))
        return Images(images, region, tf.where(found, "", NO_NUMBERS))

    def prepare_pixels(self, pixels: Any) -> Any:
        """Return the network's input for pictures, float32 ``[n, size, size, 3]``.

        It is that of ``read_pixels``, by operations that other formats have, too; values that are
        no finite numbers are not noticed.
        """
        tf, size = import_tensorflow(), self.preprocessing.size
        return tf.map_fn(
            lambda one: self.decoded(_whole(one))[0],
            pixels,
            fn_output_signature=tf.TensorSpec([size, size, 3], tf.float32),
        )

    def _read_file(self, data: Any, refused: Any, *facts: Any) -> tuple[Any, Any]:
        tf = import_tensorflow()
        with tf.control_dependencies([tf.debugging.Assert(refused == "", [refused])]):
            jpeg = as_jpeg(tf.identity(data), Header(*facts))
        image, pixels = self.encoded(jpeg)
        return image, seen_region(tf.shape(pixels), self.preprocessing)

    def _read_pixels(self, pixels: Any, finite: Any) -> tuple[Any, Any]:
        tf = import_tensorflow()
        with tf.control_dependencies([tf.debugging.Assert(finite, [finite])]):
            whole = _whole(pixels)
        (image,) = self.decoded(whole)
        return image, seen_region(tf.shape(whole), self.preprocessing)


def _whole(pixels: Any) -> Any:
    """Return float pixels as bytes."""
    tf = import_tensorflow()
    return tf.cast(tf.clip_by_value(tf.round(pixels), 0, 255), tf.uint8)


def _refusal(header: Header) -> Any:
    """Return why pictures are not decoded, string ``[n]``, empty for those that are tried."""
    tf = import_tensorflow()
    reason = tf.where(header.exact, "", NOT_EXACT)
    reason = tf.where(header.width * header.height > MOST_PIXELS, TOO_LARGE, reason)
    return tf.where(header.kind == OTHER, NO_PICTURE, reason)
