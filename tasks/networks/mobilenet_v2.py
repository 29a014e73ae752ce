"""MobileNet v2 up to its last average pooling, in all published widths and sizes.

Sandler et al., "Inverted residuals and linear bottlenecks", https://arxiv.org/abs/1801.04381.
Layers have the names of the released checkpoints; operations, weights and accuracy are those of
TF-Slim's page ``mobilenet/README.md``.
"""

from typing import Any

from tasks.networks.mobilenet import Family
from tasks.networks.slim import evaluation_mode, mobile_layers
from tasks.networks.tensorflow import import_tensorflow

_SCOPE = "MobilenetV2"
_URL = "https://storage.googleapis.com/mobilenet_v2/checkpoints/mobilenet_v2_{}_{}.tgz"
_EXPANSION = 6
_LAST_CHANNELS = 1280
# Channels are a multiple of this number.
_MULTIPLE = 8
# Channels, stride of the first one and number of blocks.
_BLOCKS = (
    *((16, 1, 1), (24, 2, 2), (32, 2, 3), (64, 2, 4)),
    *((96, 1, 3), (160, 2, 3), (320, 1, 1)),
)
# Width, size, 10^6 multiplications, 10^6 weights, accuracy on ImageNet.
_PUBLISHED = (
    *((1.4, 224, 582, 6.06, 0.750), (1.3, 224, 509, 5.34, 0.744)),
    *((1.0, 224, 300, 3.47, 0.718), (1.0, 192, 221, 3.47, 0.707)),
    *((1.0, 160, 154, 3.47, 0.688), (1.0, 128, 99, 3.47, 0.653)),
    *((1.0, 96, 56, 3.47, 0.603), (0.75, 224, 209, 2.61, 0.698)),
    *((0.75, 192, 153, 2.61, 0.687), (0.75, 160, 107, 2.61, 0.664)),
    *((0.75, 128, 69, 2.61, 0.632), (0.75, 96, 39, 2.61, 0.588)),
    *((0.5, 224, 97, 1.95, 0.654), (0.5, 192, 71, 1.95, 0.639)),
    *((0.5, 160, 50, 1.95, 0.610), (0.5, 128, 32, 1.95, 0.577)),
    *((0.5, 96, 18, 1.95, 0.512), (0.35, 224, 59, 1.66, 0.603)),
    *((0.35, 192, 43, 1.66, 0.582), (0.35, 160, 30, 1.66, 0.557)),
    *((0.35, 128, 20, 1.66, 0.508), (0.35, 96, 11, 1.66, 0.455)),
)


def build_mobilenet_v2(images: Any, width: float) -> tuple[Any, dict[str, Any]]:
    """Add the network in evaluation mode to the current graph, with version 1 variables.

    Args:
        images: float32 tensor ``[batch, size, size, 3]`` in ``[-1, 1]``.
        width: multiplier of every layer's channels; the last layer does not shrink.

    Returns:
        The features, float32 ``[batch, 1, 1, channels]``, and the network's layers by name.
    """
    tf = import_tensorflow().compat.v1
    with evaluation_mode() as slim, tf.variable_scope(_SCOPE), mobile_layers(slim):
        net = slim.conv2d(images, _channels(32, width), [3, 3], stride=2, scope="Conv")
        layers = {"Conv": net}
        for channels, first_stride, count in _BLOCKS:
            for stride in (first_stride, *(1,) * (count - 1)):
                number = len(layers) - 1
                name = f"expanded_conv_{number}" if number else "expanded_conv"
                net = layers[name] = _block(
                    slim, net, _channels(channels, width), stride, name, expand=number > 0
                )
        net = layers["Conv_1"] = slim.conv2d(net, _last_channels(width), [1, 1], scope="Conv_1")
        sides = net.shape[1:3].as_list()
        features = slim.avg_pool2d(net, sides, stride=1, padding="VALID", scope="Logits/AvgPool")
    return features, layers


def _block(slim: Any, net: Any, channels: int, stride: int, name: str, *, expand: bool) -> Any:
    """Add a bottleneck: expansion, depthwise convolution, projection, and a sum where it fits."""
    tf = import_tensorflow().compat.v1
    inputs = net.shape[3]
    with tf.variable_scope(name):
        inner = net
        if expand:
            inner = slim.conv2d(inner, _EXPANSION * inputs, [1, 1], scope="expand")
        inner = slim.separable_conv2d(
            inner, None, [3, 3], depth_multiplier=1, stride=stride, scope="depthwise"
        )
        inner = slim.conv2d(inner, channels, [1, 1], activation_fn=None, scope="project")
        return inner + net if stride == 1 and inputs == channels else inner


def _channels(channels: float, width: float) -> int:
    """Return the nearest multiple of 8 that is not more than a tenth less."""
    exact = channels * width
    rounded = max(_MULTIPLE, int(exact + _MULTIPLE / 2) // _MULTIPLE * _MULTIPLE)
    return rounded + _MULTIPLE if rounded < 0.9 * exact else rounded


def _last_channels(width: float) -> int:
    return _channels(_LAST_CHANNELS, max(width, 1.0))


_FAMILY = Family(
    "mobilenet_v2",
    _SCOPE,
    build=build_mobilenet_v2,
    feature_size=_last_channels,
    url=_URL,
)
MOBILENETS_V2 = tuple(_FAMILY.network(*row) for row in _PUBLISHED)
