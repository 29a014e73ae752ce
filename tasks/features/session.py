"""A TensorFlow session of a frozen graph: records in, images, features or any node's values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.datasets.picture_bound import size_error
from tasks.dumps.graph import Nodes
from tasks.errors import DataError
from tasks.features.record_name import origin, record_name

FloatArray = npt.NDArray[np.float32]

#: Name of a node for the height, width and channels of the JPEG in ``Nodes.encoded``, read from its
#: header. It is not in dumps: whoever loads one adds it.
JPEG_SHAPE = "graft/jpeg_shape"

_JPEG = b"\xff\xd8\xff"
_UNPARSED = "Could not parse example"
_NO_EXAMPLE = "it is not a tf.train.Example"
_ABOUT_NODES = ("Graph execution error", "Detected at", "Node:", "[[", "Original stack")


@dataclass(frozen=True)
class FrozenSession:
    """A session of a frozen graph.

    Attributes:
        session: TensorFlow's; its graph has ``JPEG_SHAPE`` too.
        nodes: names of the graph's nodes.
        invalid_argument: the error that TensorFlow raises for a record that it cannot decode.
    """

    session: Any
    nodes: Nodes
    invalid_argument: type[Exception]

    def features(
        self, records: Sequence[bytes], shard: str, first: int
    ) -> tuple[FloatArray, npt.NDArray[np.int32]]:
        """Return features ``[n, feature_size]`` and labels ``[n]`` of serialised examples.

        Args:
            records: the examples.
            shard: name of the file that they are from; errors name it.
            first: the number of the first of them in that file, from 0.

        Raises:
            DataError: a record is no example, or its picture does not decode.
        """
        images, labels = self.images(records, shard, first)
        features = self.values([self.nodes.feature], images)[self.nodes.feature]
        return features.reshape(len(records), -1), labels

    def values(self, nodes: Sequence[str], images: FloatArray) -> dict[str, FloatArray]:
        """Return the values of named nodes for images ``[n, image_size, image_size, 3]``."""
        batch = {f"{self.nodes.image_batch}:0": images}
        values = self.session.run([f"{node}:0" for node in nodes], batch)
        return dict(zip(nodes, values, strict=True))

    def images(
        self, records: Sequence[bytes], shard: str, first: int
    ) -> tuple[FloatArray, npt.NDArray[np.int32]]:
        """Return images ``[n, image_size, image_size, 3]`` and labels ``[n]``; see ``features``."""
        pairs = [self._image(record, shard, first + i) for i, record in enumerate(records)]
        images, labels = zip(*pairs, strict=True)
        return np.stack(images), np.array(labels, np.int32)

    def _image(self, record: bytes, shard: str, number: int) -> Any:
        feeds = {f"{self.nodes.record}:0": record}
        outputs = [f"{n}:0" for n in (self.nodes.encoded, self.nodes.record_label, JPEG_SHAPE)]
        try:
            encoded, label, shape = self.session.run(outputs, feeds)
            refusal = _refusal(encoded, shape)
            if refusal is None:
                node, feed = f"{self.nodes.image}:0", {f"{self.nodes.encoded}:0": encoded}
                return self.session.run(node, feed), label
        except (self.invalid_argument, UnicodeDecodeError) as error:
            refusal = self._reason(feeds, error)
        raise DataError(f"{origin(shard, number, record_name(record))}: {refusal}")

    def _reason(self, feeds: Mapping[str, bytes], error: Exception) -> str:
        try:
            encoded = self.session.run(f"{self.nodes.encoded}:0", feeds)
        except self.invalid_argument as unparsed:
            return _NO_EXAMPLE if _UNPARSED in str(unparsed) else reason(error)
        except UnicodeDecodeError:
            # TensorFlow's message quotes a record that does not parse, whatever its bytes are.
            return _NO_EXAMPLE
        if not encoded.startswith(_JPEG):
            return _no_jpeg(encoded)
        return "image/encoded does not decode: the JPEG is damaged or cut short"


def reason(error: Exception) -> str:
    """Return the line of a TensorFlow error that tells the cause; the others tell the node."""
    lines = [line.strip() for line in str(error).splitlines()]
    causes = [line for line in lines if line and not line.startswith(_ABOUT_NODES)]
    return next(iter([*causes, *lines]), type(error).__name__)


def _refusal(encoded: bytes, shape: Sequence[int]) -> str | None:
    """Return why a picture is not decoded, of which TensorFlow found the shape; None if it is."""
    # TensorFlow's DecodeJpeg takes other formats too, BigDL does not.
    if not encoded.startswith(_JPEG):
        return _no_jpeg(encoded)
    height, width, _ = (int(side) for side in shape)
    return size_error(width, height)


def _no_jpeg(encoded: bytes) -> str:
    start = encoded[: len(_JPEG)].hex()
    return (
        f"image/encoded starts with '{start}', expected a JPEG, which starts with '{_JPEG.hex()}'"
    )
