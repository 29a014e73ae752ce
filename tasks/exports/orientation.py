"""Orientation of a picture by its EXIF data, or by its XMP packet, as graph operations.

As Pillow's ``getexif`` reads them, which ``extract_dataset`` turns pictures by: the tag 0x0112 of
the first directory (CIPA DC-008, section 4.6.2), otherwise ``tiff:Orientation`` of XMP.
"""

from typing import Any

from tasks.exports.graph_bytes import GraphBytes
from tasks.networks.tensorflow import import_tensorflow

UPRIGHT = 1
_TAG = 0x0112
_SHORT, _LONG = 3, 4
_ENTRY_BYTES = 12
_XMP = r'(?s)^.*?tiff:Orientation(?:="|>)([0-9]).*$'


def orientation(file: GraphBytes, *, tiff: Any, xmp: Any, xmp_length: Any) -> Any:
    """Return the orientation, an int64 scalar from 1 to 8; 1 is upright.

    Args:
        file: the picture's file.
        tiff: place of the TIFF header in the EXIF data, 0 where there is none.
        xmp: place of the XMP packet.
        xmp_length: its bytes, 0 where there is none.
    """
    tf = import_tensorflow()
    by_exif = tf.cond(tiff > 0, lambda: _by_exif(file, tiff), lambda: tf.constant(-1, tf.int64))
    found = tf.cond(
        (by_exif < 0) & (xmp_length > 0), lambda: _by_xmp(file, xmp, xmp_length), lambda: by_exif
    )
    return tf.where((found >= 1) & (found <= 8), found, UPRIGHT)


def _by_exif(file: GraphBytes, tiff: Any) -> Any:
    """Return the value of the tag, -1 where it is not there."""
    tf = import_tensorflow()
    little = file.has(tiff, b"II*\0")
    known = little | file.has(tiff, b"MM\0*")
    directory = tiff + file.number(tiff + 4, 4, little=little)
    count = tf.where(known, file.number(directory, 2, little=little), 0)
    entries = file.table(directory + 2, count, _ENTRY_BYTES)
    tags = _numbers(entries[:, 0:2], little)
    kinds = _numbers(entries[:, 2:4], little)
    values = tf.where(
        kinds == _LONG, _numbers(entries[:, 8:12], little), _numbers(entries[:, 8:10], little)
    )
    counts = _numbers(entries[:, 4:8], little)
    # The first of several values counts. An entry has room for two short ones.
    usable = ((kinds == _SHORT) & (counts >= 1) & (counts <= 2)) | (
        (kinds == _LONG) & (counts == 1)
    )
    # A tag of another kind is there, but is no orientation.
    found = tf.where(tags == _TAG, tf.where(usable, values, 0), -1)
    return tf.reduce_max(tf.concat([found, [-1]], 0))


def _by_xmp(file: GraphBytes, place: Any, length: Any) -> Any:
    tf = import_tensorflow()
    packet = file.text(place, length)
    return tf.cond(
        tf.strings.regex_full_match(packet, _XMP),
        lambda: tf.strings.to_number(tf.strings.regex_replace(packet, _XMP, r"\1"), tf.int64),
        lambda: tf.constant(-1, tf.int64),
    )


def _numbers(columns: Any, little: Any) -> Any:
    """Return the unsigned number in each row of bytes, int64 ``[rows]``."""
    tf = import_tensorflow()
    ordered = tf.where(little, columns, tf.reverse(columns, [1]))
    return tf.reduce_sum(ordered * [256**i for i in range(columns.shape[1])], 1)
