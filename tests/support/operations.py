"""Small networks, one for each way in which a network of people uses an operation.

Each is a function of images ``[batch, 40, 40, 3]`` that returns a feature map; the features are its
means.
"""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from tasks.networks.network import Network
from tasks.networks.recipe import Preprocessing
from tasks.networks.tensorflow import import_tensorflow

Build = Callable[["Layers", Any], Any]


class Layers:
    """TensorFlow's operations with variables of version 1, as tf-slim adds them."""

    def __init__(self) -> None:
        self.tf = import_tensorflow().compat.v1
        self.nn = self.tf.nn
        self._count = 0

    def variable(self, *shape: int) -> Any:
        self._count += 1
        return self.tf.get_variable(f"v{self._count}", shape, self.tf.float32)

    def conv(
        self, images: Any, outputs: int = 6, size: int = 3, stride: int = 1, padding: str = "SAME"
    ) -> Any:
        weights = self.variable(size, size, images.shape[3], outputs)
        return self.nn.conv2d(images, weights, strides=stride, padding=padding)

    def depthwise(self, images: Any, multiplier: int = 1, stride: int = 1) -> Any:
        weights = self.variable(3, 3, images.shape[3], multiplier)
        return self.nn.depthwise_conv2d(images, weights, [1, stride, stride, 1], "SAME")

    def bias(self, images: Any) -> Any:
        return self.nn.bias_add(images, self.variable(images.shape[3]))

    def norm(self, images: Any) -> Any:
        scale, offset, mean = (self.variable(images.shape[3]) for _ in range(3))
        variance = self.variable(images.shape[3])
        fused = self.tf.raw_ops.FusedBatchNormV3(
            x=images, scale=scale, offset=offset, mean=mean, variance=variance, is_training=False
        )
        return fused.y

    def pad(self, images: Any, *, before: int, after: int, value: float = 0) -> Any:
        sides = [before, after]
        return self.tf.pad(images, [[0, 0], sides, sides, [0, 0]], constant_values=value)

    def constant(self, *shape: int) -> Any:
        self._count += 1
        values = np.random.default_rng(self._count).uniform(0.5, 1.5, shape)
        return self.tf.constant(values.astype(np.float32))


def residual(layers: Layers, images: Any, channels: int = 6, inner: int = 4) -> Any:
    """A bottleneck of ResNet v1: the rectified sum of a shortcut and two convolutions."""
    first = layers.nn.relu(layers.norm(layers.conv(images, channels)))
    second = layers.nn.relu(layers.norm(layers.conv(first, inner)))
    return layers.nn.relu(first + layers.norm(layers.conv(second, channels)))


def projected(layers: Layers, images: Any, channels: int = 6) -> Any:
    """Two convolutions of which either could take in the sum."""
    left, right = (layers.norm(layers.conv(images, channels)) for _ in range(2))
    return layers.nn.relu(left + right)


def preactivated(layers: Layers, images: Any) -> Any:
    """A bottleneck of ResNet v2: what is normalised is also added."""
    first = layers.bias(layers.conv(images))
    inner = layers.nn.relu(layers.norm(first))
    second = first + layers.bias(layers.conv(inner))
    inner = layers.nn.relu(layers.norm(second))
    return second + layers.bias(layers.conv(inner))


def read_later(layers: Layers, images: Any) -> Any:
    """A sum over what is read once more after it: writing over it would be wrong."""
    shortcut = layers.nn.relu(layers.conv(images))
    total = shortcut + layers.bias(layers.conv(images))
    return layers.tf.concat([layers.nn.relu(total), layers.conv(shortcut)], 3)


def sum_read_twice(layers: Layers, images: Any) -> Any:
    total = layers.conv(images) + layers.nn.relu(layers.conv(images))
    return layers.tf.concat([layers.nn.relu(total), total], 3)


def convolution_read_twice(layers: Layers, images: Any) -> Any:
    """A ReLU that must not become a part of the convolution before it."""
    before = layers.norm(layers.conv(images))
    return layers.tf.concat([layers.nn.relu(before), before], 3)


def normalised_and_plain(layers: Layers, images: Any) -> Any:
    """A normalisation that must not become a part of the convolution before it."""
    before = layers.conv(images)
    return layers.tf.concat([layers.norm(before), layers.nn.relu(before)], 3)


def inverted(layers: Layers, images: Any) -> Any:
    """A bottleneck of MobileNet v2."""
    first = layers.norm(layers.conv(images, 4))
    wide = layers.nn.relu6(layers.norm(layers.conv(first, 12, 1)))
    deep = layers.nn.relu6(layers.norm(layers.depthwise(wide)))
    return first + layers.norm(layers.conv(deep, 4, 1))


def of_keras(layers: Layers, images: Any) -> Any:
    """A block of a Keras network whose constants were folded, and its flat features."""
    first = layers.conv(images, 8, 1) * layers.constant(1, 1, 1, 8) + layers.constant(1, 1, 1, 8)
    padded = layers.pad(layers.nn.relu6(first), before=0, after=1)
    weights = layers.variable(3, 3, 8, 1)
    deep = layers.nn.depthwise_conv2d(padded, weights, [1, 2, 2, 1], "VALID")
    second = layers.nn.relu6(deep * layers.constant(8) + layers.constant(8))
    return layers.tf.reshape(layers.tf.reduce_mean(second, [1, 2]), [-1, 1, 1, 8])


def added_to_its_input(layers: Layers, images: Any, channels: int = 6) -> Any:
    """A sum that must not be written over what its convolution reads."""
    before = layers.nn.relu(layers.conv(images, channels))
    return before + layers.norm(layers.conv(before, channels))


def added_to_its_padded_input(layers: Layers, images: Any) -> Any:
    before = layers.nn.relu(layers.conv(images, 16))
    padded = layers.pad(before, before=1, after=1)
    return before + layers.norm(layers.conv(padded, 16, padding="VALID"))


def read_later_through_padding(layers: Layers, images: Any) -> Any:
    """A sum over what is read once more after it, by the second reader of a padding."""
    shortcut = layers.nn.relu(layers.conv(images, 16))
    padded = layers.pad(shortcut, before=1, after=1)
    inner = layers.nn.relu(layers.conv(padded, 16, padding="VALID"))
    total = shortcut + layers.bias(layers.conv(inner, 16))
    later = layers.conv(padded, padding="VALID")
    return layers.tf.concat([layers.nn.relu(total), later], 3)


def chained(layers: Layers, images: Any) -> Any:
    """Sums over sums, the last of them over what the first one wrote."""
    total = layers.nn.relu(layers.conv(images))
    for _ in range(3):
        inner = layers.nn.relu6(layers.conv(total, 5))
        total = layers.nn.relu(total + layers.norm(layers.conv(inner)))
    return total


def scaled_twice(layers: Layers, before: Any) -> Any:
    """Scalings that must not become a part of the convolution that both read."""
    return layers.tf.concat([before * layers.constant(6), before - layers.constant(6)], 3)


def with_explicit_padding(layers: Layers, images: Any) -> Any:
    weights = layers.variable(3, 3, images.shape[3], 6)
    return layers.nn.conv2d(images, weights, 2, [[0, 0], [1, 2], [0, 1], [0, 0]])


def pooled(layers: Layers, images: Any, kind: str, size: int, stride: int, padding: str) -> Any:
    before = layers.nn.relu(layers.conv(images))
    return getattr(layers.nn, kind)(before, size, stride, padding)


def pool(kind: str, size: int, stride: int, padding: str) -> Build:
    return lambda layers, images: pooled(layers, images, kind, size, stride, padding)


#: What the bigdl engine runs.
KNOWN: dict[str, Build] = {
    "convolution with bias": lambda n, x: n.nn.relu(n.bias(n.conv(x))),
    "convolution alone": lambda n, x: n.nn.relu(n.conv(x, 6, 5, 2)),
    "normalised": lambda n, x: n.nn.relu(n.norm(n.conv(x))),
    "bias, normalised": lambda n, x: n.nn.relu(n.norm(n.bias(n.conv(x)))),
    "normalised alone": lambda n, x: n.conv(n.nn.relu(n.norm(n.nn.relu(n.conv(x))))),
    "bias alone": lambda n, x: n.bias(n.nn.relu(n.conv(x))),
    "depthwise": lambda n, x: n.nn.relu6(n.norm(n.depthwise(n.conv(x), 1, 2))),
    "depthwise, doubled": lambda n, x: n.nn.relu(n.norm(n.depthwise(n.conv(x), 2))),
    "depthwise with bias": lambda n, x: n.bias(n.depthwise(n.conv(x))),
    "residual": residual,
    "projected": projected,
    "projected, of blocks": lambda n, x: projected(n, n.nn.relu(n.conv(x, 16)), 32),
    "residual, of blocks": lambda n, x: residual(n, x, 32, 16),
    "preactivated": preactivated,
    "inverted": inverted,
    "sum over what is read later": read_later,
    "sum read twice": sum_read_twice,
    "convolution read twice": convolution_read_twice,
    "normalised and plain": normalised_and_plain,
    "even padding": lambda n, x: n.conv(n.pad(x, before=3, after=3), 6, 7, 2, "VALID"),
    "padding of SAME": lambda n, x: n.conv(n.pad(x, before=0, after=1), 6, 3, 2, "VALID"),
    "pooling of what is padded": lambda n, x: n.nn.max_pool(
        n.pad(n.nn.relu(n.conv(x)), before=1, after=1), 3, 2, "VALID"
    ),
    "pooling that leaves a rest": pool("max_pool", 3, 2, "VALID"),
    "pooling by 1 of 2": pool("max_pool", 1, 2, "SAME"),
    "average with padding": pool("avg_pool", 3, 1, "SAME"),
    "average of 5 with padding": pool("avg_pool", 5, 1, "SAME"),
    "average that leaves a rest": pool("avg_pool", 3, 2, "VALID"),
    "zeros that TensorFlow does not write": lambda n, x: n.nn.bias_add(
        n.conv(x), n.tf.zeros([6], n.tf.float32)
    ),
    "joined": lambda n, x: n.tf.concat([n.conv(x), n.nn.relu(n.conv(x, 2))], -1),
    "of Keras": of_keras,
    "scaled": lambda n, x: n.nn.relu(n.constant(6) * n.bias(n.conv(x)) + n.constant(6)),
    "scaled alone": lambda n, x: n.conv(n.nn.relu(n.conv(x)) * n.constant(1, 1, 6)),
    "scaled by a number": lambda n, x: 0.5 - n.conv(x) * 2.0,
    "convolution read twice, scaled": lambda n, x: scaled_twice(n, n.conv(x)),
    "rectified up to 6": lambda n, x: n.nn.relu6(n.norm(n.conv(x, 16, 1))),
    "sum rectified up to 6": lambda n, x: n.nn.relu6(n.conv(x) + n.bias(n.conv(x))),
    "sum that is chained": chained,
    "sum with its input": added_to_its_input,
    "sum with its input, of blocks": lambda n, x: added_to_its_input(n, x, 16),
    "sum with its padded input": added_to_its_padded_input,
    "sum over what a padding's second reader reads later": read_later_through_padding,
    "uneven padding": lambda n, x: n.conv(n.pad(x, before=2, after=0), 6, 3, 2, "VALID"),
    "explicit padding": with_explicit_padding,
}

#: What it refuses, and what it says.
REFUSED: dict[str, tuple[Build, str]] = {
    "average, padded, with a stride": (pool("avg_pool", 3, 2, "SAME"), "a AvgPool with uneven"),
    "uneven padding of a pooling": (
        lambda n, x: n.nn.max_pool(n.pad(n.nn.relu(n.conv(x)), before=0, after=2), 3, 2, "VALID"),
        "a MaxPool with uneven padding",
    ),
    "padding with ones": (
        lambda n, x: n.conv(n.pad(x, before=1, after=1, value=1.0), padding="VALID"),
        "a PadV2 in the network",
    ),
    "dilated": (
        lambda n, x: n.nn.conv2d(x, n.variable(3, 3, 3, 6), 1, "SAME", dilations=2),
        "a Conv2D with dilations",
    ),
    "not a number": (
        lambda n, x: n.nn.relu(n.conv(x) * n.tf.constant([1, 2, np.nan, 4, 5, 6], n.tf.float32)),
        "a Mul with not_a_number/Const, which is not finite",
    ),
    "scaled by pixel": (
        lambda n, x: n.conv(x) * n.constant(40, 40, 1),
        "a Mul with values 40 x 40 x 1 for 6 channels",
    ),
    "flattened": (
        lambda n, x: n.tf.reshape(n.conv(x), [-1, 1, 1, 40 * 40 * 6]),
        "a Reshape of 40 x 40 x 6",
    ),
    "channels taken apart": (
        lambda n, x: n.tf.reshape(n.tf.reduce_mean(n.conv(x), [1, 2]), [-1, 1, 2, 3]),
        "a Reshape of 1 x 1 x 6 to -1 x 1 x 2 x 3",
    ),
    "joined along the height": (
        lambda n, x: n.tf.concat([n.conv(x), n.conv(x)], 1),
        "a ConcatV2 along axis 1, expected channels",
    ),
    "mean over channels": (
        lambda n, x: n.tf.reduce_mean(n.conv(x), [3], keepdims=True),
        "a Mean along axes 3",
    ),
    "product": (lambda n, x: n.conv(x) * n.nn.sigmoid(n.conv(x)), "a Mul in the network"),
    "padding of what is not rectified": (
        lambda n, x: n.nn.max_pool(n.pad(n.conv(x), before=1, after=1), 3, 2, "VALID"),
        "a Pad in the network",
    ),
}


def network_of(name: str, build: Build) -> Network:
    """Return the record of a small network."""
    scope = re.sub("[^a-zA-Z0-9 ]", "", name).replace(" ", "_")

    def whole(images: Any) -> tuple[Any, dict[str, Any]]:
        layers = Layers()
        with layers.tf.variable_scope(scope, use_resource=False):
            last = build(layers, images)
            features = layers.tf.reduce_mean(last, [1, 2], keepdims=True, name="pool")
        return features, {"last": last}

    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default():
        features, _ = whole(tf.placeholder(tf.float32, [None, 40, 40, 3]))
    return Network(
        name=scope,
        scope=scope,
        logits="logits",
        preprocessing=Preprocessing(size=40),
        feature_size=int(features.shape[3]),
        build=whole,
        checkpoint_url="https://example.org/none.tar",
        checkpoint_classes=1,
        gflops=0.0,
        parameters=0.0,
        top1=0.0,
    )


def draw_weights(shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    """Return values for variables, all of them positive enough for a variance."""
    rng = np.random.default_rng(6)
    return {
        name: rng.uniform(0.5, 1.5, shape).astype(np.float32)
        if len(shape) == 1
        else (rng.standard_normal(shape) * 0.3).astype(np.float32)
        for name, shape in shapes.items()
    }
