"""Builds the whole input pipeline and network as one TensorFlow 1 graph that BigDL can read.

Reader, queues and parser are raw operations: the TensorFlow 1 helpers around them add assertions
and epoch counters that BigDL's loader does not know.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tasks.datasets.example import IMAGE_ENCODED, LABEL
from tasks.networks.network import Network
from tasks.networks.preprocessing import decode, preprocess
from tasks.networks.recipe import Preprocessing
from tasks.networks.slim import import_slim
from tasks.networks.tensorflow import import_tensorflow


@dataclass(frozen=True)
class Nodes:
    """Names of the nodes that a caller of the graph feeds, reads or runs.

    Attributes:
        record: string scalar, one serialised ``tf.train.Example``.
        encoded: string scalar, the JPEG in ``record``.
        decoded: uint8 ``[height, width, 3]``, of ``record``.
        image: float32 ``[size, size, 3]``, of ``record``.
        record_label: int64 scalar from 0, of ``record``.
        image_batch: float32 ``[batch, size, size, 3]``, the network's input.
        feature: float32 ``[batch, 1, 1, feature size]``.
        label: float32 ``[batch, classes]``, one-hot.
        enqueue_shards: operation to run once, before reading.
        enqueue_image: operation to run once for every record.
    """

    record: str = "record"
    encoded: str = "encoded"
    decoded: str = "decoded"
    image: str = "image"
    record_label: str = "record_label"
    image_batch: str = "image_batch"
    feature: str = "feature"
    label: str = "OneHotEncoding/one_hot"
    enqueue_shards: str = "reader/enqueue_shards"
    enqueue_image: str = "batch/enqueue_image"

    def outputs(self) -> list[str]:
        """Return the nodes that the whole pipeline is found from, backwards along the inputs."""
        return list(asdict(self).values())


NODES = Nodes()

# Names that BigDL 2.3.0's loader has for the same computation.
_BIGDL_NAMES = {"FusedBatchNormV3": "FusedBatchNorm", "AddV2": "Add"}
_UNKNOWN_ATTRIBUTES = ("U", "exponential_avg_factor")


def build_graph(
    shards: Sequence[str], network: Network, *, class_count: int, batch_size: int
) -> Any:
    """Return the ``GraphDef`` of reader, parser, preprocessing and network in evaluation mode.

    Args:
        shards: TFRecord files, in reading order.
        network: turns images into features.
        class_count: length of the one-hot labels.
        batch_size: images per batch.
    """
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        image, label = _parse(_read(shards), network.preprocessing)
        images, labels = _batch(image, label, batch_size)
        features, _ = network.build(tf.identity(images, NODES.image_batch))
        tf.identity(features, NODES.feature)
        import_slim().one_hot_encoding(labels, class_count)
        definition = tf.graph_util.extract_sub_graph(graph.as_graph_def(), NODES.outputs())
    return _in_bigdl_terms(definition)


def _read(shards: Iterable[str]) -> Any:
    tf = import_tensorflow()
    with tf.name_scope("reader"):
        queue = tf.raw_ops.FIFOQueueV2(component_types=[tf.string], shapes=[[]])
        names = tf.constant(list(shards), tf.string)
        tf.raw_ops.QueueEnqueueManyV2(handle=queue, components=[names], name="enqueue_shards")
        reader = tf.raw_ops.TFRecordReaderV2()
        record = tf.raw_ops.ReaderReadV2(reader_handle=reader, queue_handle=queue).value
    return tf.identity(record, NODES.record)


def _parse(record: Any, preprocessing: Preprocessing) -> tuple[Any, Any]:
    tf = import_tensorflow()
    with tf.name_scope("parse"):
        label, encoded = tf.raw_ops.ParseSingleExample(
            serialized=record,
            # An empty default makes the key mandatory.
            dense_defaults=[tf.constant([], tf.int64), tf.constant([], tf.string)],
            num_sparse=0,
            sparse_keys=[],
            dense_keys=[LABEL, IMAGE_ENCODED],
            sparse_types=[],
            dense_shapes=[[], []],
        ).dense_values
    encoded = tf.identity(encoded, NODES.encoded)
    with tf.name_scope("decode"):
        decoded = decode(encoded)
    decoded = tf.identity(decoded, NODES.decoded)
    with tf.name_scope("preprocess"):
        image = preprocess(decoded, preprocessing)
    return tf.identity(image, NODES.image), tf.identity(label, NODES.record_label)


def _batch(image: Any, label: Any, batch_size: int) -> tuple[Any, Any]:
    tf = import_tensorflow()
    with tf.name_scope("batch"):
        queue = tf.raw_ops.FIFOQueueV2(
            component_types=[tf.float32, tf.int64],
            shapes=[image.shape, []],
            capacity=2 * batch_size,
        )
        tf.raw_ops.QueueEnqueueV2(handle=queue, components=[image, label], name="enqueue_image")
        images, labels = tf.raw_ops.QueueDequeueManyV2(
            handle=queue, n=tf.constant(batch_size), component_types=[tf.float32, tf.int64]
        )
    images.set_shape([batch_size, *image.shape])
    return images, labels


def _in_bigdl_terms(definition: Any) -> Any:
    for node in definition.node:
        if node.op in _BIGDL_NAMES:
            node.op = _BIGDL_NAMES[node.op]
            for attribute in _UNKNOWN_ATTRIBUTES:
                node.attr.pop(attribute, None)
        if node.op == "Const" and node.attr["value"].tensor.float_val:
            _write_out(node.attr["value"].tensor)
    return definition


def _write_out(tensor: Any) -> None:
    """Store every element of a constant: BigDL does not expand one repeated value."""
    value = import_tensorflow().make_ndarray(tensor)
    if value.size > 1:
        tensor.ClearField("float_val")
        tensor.tensor_content = value.tobytes()
