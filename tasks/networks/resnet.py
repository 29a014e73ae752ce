"""TF-Slim's residual networks up to their last pooling.

- v1: He et al., "Deep residual learning", https://arxiv.org/abs/1512.03385.
- v2: He et al., "Identity mappings in deep residual networks", https://arxiv.org/abs/1603.05027.
"""

from functools import partial
from typing import Any

from tasks.networks.network import Network
from tasks.networks.recipe import Preprocessing, inception, vgg
from tasks.networks.slim import evaluation_mode, import_slim

_URL = "http://download.tensorflow.org/models/{}_{}.tar.gz"


def build_resnet(images: Any, version: str, depth: int) -> tuple[Any, dict[str, Any]]:
    """Add a network in evaluation mode to the current graph, with version 1 variables.

    Args:
        images: float32 tensor ``[batch, size, size, 3]``.
        version: ``v1`` or ``v2``.
        depth: 50, 101 or 152 layers.

    Returns:
        The features, float32 ``[batch, 1, 1, 2048]``, and the network's layers by name.
    """
    networks = import_slim().nets
    module = getattr(networks, f"resnet_{version}")
    with evaluation_mode(networks.resnet_utils.resnet_arg_scope()):
        features, end_points = getattr(module, f"resnet_{version}_{depth}")(
            images, num_classes=None, is_training=False
        )
    return features, dict(end_points)


def _resnet(version: str, depth: int, **numbers: float) -> Network:
    name = f"resnet_{version}_{depth}"
    first = version == "v1"
    return Network(
        name=name,
        scope=name,
        logits="logits",
        preprocessing=_preprocessing(version),
        feature_size=2048,
        build=partial(build_resnet, version=version, depth=depth),
        checkpoint_url=_URL.format(name, "2016_08_28" if first else "2017_04_14"),
        checkpoint_classes=1000 if first else 1001,
        **numbers,
    )


def _preprocessing(version: str) -> Preprocessing:
    # TF-Slim's own table maps both to that of VGG; the published weights of v2 were trained with
    # Inception's at 299 pixels, as its README says.
    return vgg(224) if version == "v1" else inception(299)


RESNETS = (
    _resnet("v1", 50, gflops=6.96, parameters=23.6, top1=0.752),
    _resnet("v1", 101, gflops=14.38, parameters=42.6, top1=0.764),
    _resnet("v1", 152, gflops=21.81, parameters=58.3, top1=0.768),
    _resnet("v2", 50, gflops=13.07, parameters=23.6, top1=0.756),
    _resnet("v2", 101, gflops=26.74, parameters=42.6, top1=0.770),
    _resnet("v2", 152, gflops=40.42, parameters=58.3, top1=0.778),
)
