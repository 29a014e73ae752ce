"""TF-Slim's Inception networks up to their last average pooling.

- v1: Szegedy et al., "Going deeper with convolutions", https://arxiv.org/abs/1409.4842, with batch
  normalisation as in TF-Slim's release of 2016-08-28.
- v2: Ioffe and Szegedy, "Batch normalization", https://arxiv.org/abs/1502.03167.
- v3: Szegedy et al., "Rethinking the Inception architecture", https://arxiv.org/abs/1512.00567.
"""

from functools import partial
from typing import Any

from tasks.networks.network import Network
from tasks.networks.recipe import inception
from tasks.networks.slim import evaluation_mode, import_slim

_URL = "http://download.tensorflow.org/models/inception_{}_2016_08_28.tar.gz"
# ImageNet's 1,000 and a background class.
_CLASSES = 1001


def build_inception(images: Any, version: str, pooling: str) -> tuple[Any, dict[str, Any]]:
    """Add a network in evaluation mode to the current graph, with version 1 variables.

    Args:
        images: float32 tensor ``[batch, size, size, 3]`` in ``[-1, 1]``.
        version: ``v1``, ``v2`` or ``v3``.
        pooling: TF-Slim's name of the last pooling, without its size.

    Returns:
        The features, float32 ``[batch, 1, 1, channels]``, and the network's layers by name.
    """
    networks = import_slim().nets.inception
    scope = f"Inception{version.upper()}"
    with evaluation_mode(getattr(networks, f"inception_{version}_arg_scope")()) as slim:
        net, end_points = getattr(networks, f"inception_{version}_base")(images, scope=scope)
        height, width = net.shape[1:3].as_list()
        name = f"{scope}/Logits/{pooling}_{height}x{width}"
        features = slim.avg_pool2d(net, [height, width], stride=1, padding="VALID", scope=name)
    return features, end_points


INCEPTION_V1 = Network(
    name="inception_v1",
    scope="InceptionV1",
    logits="Logits/Conv2d_0c_1x1",
    # The original BigDL example takes the whole picture.
    preprocessing=inception(224, crop=1.0),
    feature_size=1024,
    build=partial(build_inception, version="v1", pooling="AvgPool_0a"),
    checkpoint_url=_URL.format("v1"),
    checkpoint_classes=_CLASSES,
    gflops=2.99,
    parameters=5.6,
    top1=0.698,
)

INCEPTION_V2 = Network(
    name="inception_v2",
    scope="InceptionV2",
    logits="Logits/Conv2d_1c_1x1",
    preprocessing=inception(224),
    feature_size=1024,
    build=partial(build_inception, version="v2", pooling="AvgPool_1a"),
    checkpoint_url=_URL.format("v2"),
    checkpoint_classes=_CLASSES,
    gflops=3.87,
    parameters=10.2,
    top1=0.739,
)

INCEPTION_V3 = Network(
    name="inception_v3",
    scope="InceptionV3",
    logits="Logits/Conv2d_1c_1x1",
    preprocessing=inception(299),
    feature_size=2048,
    build=partial(build_inception, version="v3", pooling="AvgPool_1a"),
    checkpoint_url=_URL.format("v3"),
    checkpoint_classes=_CLASSES,
    gflops=11.42,
    parameters=21.8,
    top1=0.780,
)
