"""TF-Slim's Inception networks up to their last average pooling.

- v1: Szegedy et al., "Going deeper with convolutions", https://arxiv.org/abs/1409.4842, with batch
  normalisation as in TF-Slim's release of 2016-08-28.
- v2: Ioffe and Szegedy, "Batch normalization", https://arxiv.org/abs/1502.03167.
- v3: Szegedy et al., "Rethinking the Inception architecture", https://arxiv.org/abs/1512.00567.
"""

from functools import partial
from typing import Any

from tasks.networks.network import Network
from tasks.networks.recipe import Preprocessing, inception
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


def _inception(
    version: str, block: str, preprocessing: Preprocessing, feature_size: int, **numbers: float
) -> Network:
    """Return a record; TF-Slim numbers the layers after the last block from ``block``, 0 or 1."""
    return Network(
        name=f"inception_{version}",
        scope=f"Inception{version.upper()}",
        logits=f"Logits/Conv2d_{block}c_1x1",
        preprocessing=preprocessing,
        feature_size=feature_size,
        build=partial(build_inception, version=version, pooling=f"AvgPool_{block}a"),
        checkpoint_url=_URL.format(version),
        checkpoint_classes=_CLASSES,
        **numbers,
    )


# The original BigDL example takes the whole picture.
INCEPTION_V1 = _inception(
    "v1", "0", inception(224, crop=1.0), 1024, gflops=2.99, parameters=5.6, top1=0.698
)
INCEPTION_V2 = _inception("v2", "1", inception(224), 1024, gflops=3.87, parameters=10.2, top1=0.739)
INCEPTION_V3 = _inception(
    "v3", "1", inception(299), 2048, gflops=11.42, parameters=21.8, top1=0.780
)
