"""TF-Slim's VGG networks up to their last hidden layer.

Simonyan and Zisserman, "Very deep convolutional networks", https://arxiv.org/abs/1409.1556.
"""

from functools import partial
from typing import Any

from tasks.networks.network import Network
from tasks.networks.recipe import vgg
from tasks.networks.slim import evaluation_mode, import_slim

_URL = "http://download.tensorflow.org/models/{}_2016_08_28.tar.gz"


def build_vgg(images: Any, depth: int) -> tuple[Any, dict[str, Any]]:
    """Add a network in evaluation mode to the current graph, with version 1 variables.

    Args:
        images: float32 tensor ``[batch, 224, 224, 3]``, ImageNet's mean subtracted.
        depth: 16 or 19 layers.

    Returns:
        The features, float32 ``[batch, 1, 1, 4096]``, and the network's layers by name.
    """
    networks = import_slim().nets.vgg
    name = f"vgg_{depth}"
    with evaluation_mode(networks.vgg_arg_scope()):
        _, end_points = getattr(networks, name)(images, is_training=False)
    return end_points[f"{name}/fc7"], dict(end_points)


def _vgg(depth: int, **numbers: float) -> Network:
    name = f"vgg_{depth}"
    return Network(
        name=name,
        scope=name,
        logits="fc8",
        preprocessing=vgg(224),
        feature_size=4096,
        build=partial(build_vgg, depth=depth),
        checkpoint_url=_URL.format(name),
        checkpoint_classes=1000,
        **numbers,
    )


VGGS = (
    _vgg(16, gflops=30.9, parameters=134.3, top1=0.715),
    _vgg(19, gflops=39.3, parameters=139.6, top1=0.711),
)
