"""Features as plain TF-Slim computes them, to compare Graft's with."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.networks.slim import import_slim
from tasks.networks.tensorflow import import_tensorflow

FloatArray = npt.NDArray[np.float32]


def plain_features(checkpoint_prefix: Path) -> Callable[[Sequence[bytes]], FloatArray]:
    """Return what computes features as a user of TF-Slim would: nothing of Graft's graph or dump.

    The network is the library's ``inception_v1`` with its 1,001 classes, in evaluation mode, its
    weights restored by TensorFlow's own saver.
    """
    tf, slim = import_tensorflow().compat.v1, import_slim()
    with tf.Graph().as_default() as graph:
        encoded = tf.placeholder(tf.string, [])
        # The accurate transform is the one thing that Graft asks of TensorFlow's decoder.
        image = tf.image.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")
        image = tf.image.convert_image_dtype(image, tf.float32)
        image = tf.image.resize_bilinear(tf.expand_dims(image, 0), [224, 224], align_corners=False)
        image = tf.multiply(tf.subtract(image, 0.5), 2.0)
        with slim.arg_scope(slim.nets.inception.inception_v1_arg_scope()):
            slim.nets.inception_v1.inception_v1(image, num_classes=1001, is_training=False)
        # tf-slim 1.1.0's name for its average pooling; earlier releases said AvgPool_0a_7x7.
        pooled = graph.get_tensor_by_name("InceptionV1/Logits/MaxPool_0a_7x7/AvgPool:0")
        session = tf.Session(graph=graph)
        tf.train.Saver(slim.get_model_variables()).restore(session, str(checkpoint_prefix))

    def features(jpegs: Sequence[bytes]) -> FloatArray:
        return np.stack([session.run(pooled, {encoded: jpeg}).reshape(-1) for jpeg in jpegs])

    return features


def assert_features_agree(actual: Any, wanted: Any) -> None:
    """Compare the features of every record, as vectors, to 3e-5 of their length.

    For a network whose batch normalisation is folded into its convolutions: other float32 products
    through 57 layers. Measured against the same network in float64, the folded and the plain one
    are both off by 4e-6, and 6e-6 from each other; the rest is for other processors.
    """
    assert actual.shape == wanted.shape
    distance = np.linalg.norm(actual - wanted, axis=1) / np.linalg.norm(wanted, axis=1)
    assert distance.max() < 3e-5
