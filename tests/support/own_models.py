"""Small models of a user's own, as Keras and TensorFlow write them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from support.plain_slim import FloatArray
from tasks.networks.tensorflow import import_tensorflow

SIZE = 40


def graph_of(build: Callable[[Any], Any]) -> Any:
    """Return the ``GraphDef`` that a function of TensorFlow 1's API builds."""
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        build(tf)
        return graph.as_graph_def()


def plain(tf: Any, shape: Any = (None, SIZE, SIZE, 3), dtype: Any = None, name: str = "in") -> Any:
    """A convolution and its mean: ``in``, ``conv``, ``relu``, ``pool``, ``logits``."""
    images = tf.placeholder(dtype or tf.float32, shape, name)
    kernel = np.random.default_rng(3).standard_normal((3, 3, 3, 5)).astype(np.float32)
    conv = tf.nn.conv2d(tf.cast(images, tf.float32), kernel, 2, "SAME", name="conv")
    pooled = tf.reduce_mean(tf.nn.relu(conv, name="relu"), [1, 2], name="pool")
    return tf.matmul(pooled, np.ones((5, 2), np.float32), name="logits")


def write_graph(path: Path, build: Callable[[Any], Any] = plain) -> Path:
    """Write a frozen graph, and return its file."""
    path.write_bytes(graph_of(build).SerializeToString())
    return path


def keras_model(size: int | None = SIZE) -> Any:
    """Return a Keras model with normalised, depthwise and residual layers, and a classifier."""
    import_tensorflow()
    import keras

    keras.utils.set_random_seed(2)
    layers = keras.layers
    images = keras.Input((size, size, 3))
    first = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(8, 3, 2)(images)))
    deep = layers.BatchNormalization()(layers.DepthwiseConv2D(3, padding="same")(first))
    projected = layers.BatchNormalization()(layers.Conv2D(8, 1, use_bias=False)(deep))
    joined = layers.ReLU()(layers.Add()([first, projected]))
    pooled = layers.GlobalAveragePooling2D(name="avg_pool")(joined)
    model = keras.Model(images, layers.Dense(2, activation="softmax", name="top")(pooled))
    rng = np.random.default_rng(7)
    for layer in model.layers:
        # What training leaves: none of its numbers is 0 or 1.
        layer.set_weights([_drawn(value, rng) for value in layer.get_weights()])
    return model


def keras_features(model: Any, pictures: FloatArray) -> FloatArray:
    """Return what Keras itself computes at ``avg_pool`` for ``[n, 40, 40, 3]``."""
    import keras

    features = keras.Model(model.inputs, model.get_layer("avg_pool").output)
    found: FloatArray = np.asarray(features(pictures, training=False))
    return found


def _drawn(value: FloatArray, rng: np.random.Generator) -> FloatArray:
    if value.ndim == 1:
        return rng.uniform(0.5, 1.5, value.shape).astype(np.float32)
    return (value + rng.standard_normal(value.shape) * 0.1).astype(np.float32)


def layer_of(config: Any) -> Any:
    """Return the first layer behind the input in the configuration of a Keras model."""
    return config["config"]["layers"][1]
