"""MobileNet v1 up to its last average pooling, in all published widths and sizes.

Howard et al., "MobileNets", https://arxiv.org/abs/1704.04861. Layers have the names of the released
checkpoints; operations, weights and accuracy are those of TF-Slim's page ``mobilenet_v1.md``.
"""

from typing import Any

from tasks.networks.mobilenet import Family
from tasks.networks.slim import evaluation_mode, mobile_layers
from tasks.networks.tensorflow import import_tensorflow

_SCOPE = "MobilenetV1"
_URL = "http://download.tensorflow.org/models/mobilenet_v1_2018_02_22/mobilenet_v1_{}_{}.tgz"
_FEWEST_CHANNELS = 8
_LAST_CHANNELS = 1024
# Channels and stride of every pair of a depthwise and a pointwise convolution.
_PAIRS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((_LAST_CHANNELS, 2), (_LAST_CHANNELS, 1)),
)
# Width, size, 10^6 multiplications, 10^6 weights, accuracy on ImageNet.
_PUBLISHED = (
    *((1.0, 224, 569, 4.24, 0.709), (1.0, 192, 418, 4.24, 0.700)),
    *((1.0, 160, 291, 4.24, 0.680), (1.0, 128, 186, 4.24, 0.652)),
    *((0.75, 224, 317, 2.59, 0.684), (0.75, 192, 233, 2.59, 0.672)),
    *((0.75, 160, 162, 2.59, 0.653), (0.75, 128, 104, 2.59, 0.621)),
    *((0.5, 224, 150, 1.34, 0.633), (0.5, 192, 110, 1.34, 0.617)),
    *((0.5, 160, 77, 1.34, 0.591), (0.5, 128, 49, 1.34, 0.563)),
    *((0.25, 224, 41, 0.47, 0.498), (0.25, 192, 34, 0.47, 0.477)),
    *((0.25, 160, 21, 0.47, 0.455), (0.25, 128, 14, 0.47, 0.415)),
)


def build_mobilenet_v1(images: Any, width: float) -> tuple[Any, dict[str, Any]]:
    """Add the network in evaluation mode to the current graph, with version 1 variables.

    Args:
        images: float32 tensor ``[batch, size, size, 3]`` in ``[-1, 1]``.
        width: multiplier of every layer's channels.

    Returns:
        The features, float32 ``[batch, 1, 1, 1024 * width]``, and the network's layers by name.
    """
    tf = import_tensorflow().compat.v1
    with evaluation_mode() as slim, tf.variable_scope(_SCOPE), mobile_layers(slim):
        net = slim.conv2d(images, _channels(32, width), [3, 3], stride=2, scope="Conv2d_0")
        layers = {"Conv2d_0": net}
        for number, (channels, stride) in enumerate(_PAIRS, 1):
            depthwise, pointwise = f"Conv2d_{number}_depthwise", f"Conv2d_{number}_pointwise"
            net = layers[depthwise] = slim.separable_conv2d(
                net, None, [3, 3], depth_multiplier=1, stride=stride, scope=depthwise
            )
            net = layers[pointwise] = slim.conv2d(
                net, _channels(channels, width), [1, 1], scope=pointwise
            )
        sides = net.shape[1:3].as_list()
        features = slim.avg_pool2d(net, sides, stride=1, padding="VALID", scope="Logits/AvgPool_1a")
    return features, layers


def _channels(channels: int, width: float) -> int:
    return max(int(channels * width), _FEWEST_CHANNELS)


_FAMILY = Family(
    "mobilenet_v1",
    _SCOPE,
    build=build_mobilenet_v1,
    feature_size=lambda width: _channels(_LAST_CHANNELS, width),
    url=_URL,
)
MOBILENETS_V1 = tuple(_FAMILY.network(*row) for row in _PUBLISHED)
