"""TF-Slim's Inception v1 up to its last average pooling.

Szegedy et al., "Going deeper with convolutions", 2014, https://arxiv.org/abs/1409.4842, with batch
normalisation as in TF-Slim's release of 2016-08-28.
"""

import functools
import warnings
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tasks.networks.slim import import_slim
from tasks.networks.tensorflow import import_tensorflow

IMAGE_SIZE = 224
FEATURE_SIZE = 1024
SCOPE = "InceptionV1"
#: Classes of the released checkpoint: ImageNet's 1,000 and a background class.
CHECKPOINT_CLASSES = 1001


def inception_v1(images: Any) -> tuple[Any, dict[str, Any]]:
    """Add the network in evaluation mode to the current graph, with version 1 variables.

    Args:
        images: float32 tensor ``[batch, 224, 224, 3]`` in ``[-1, 1]``.

    Returns:
        The features, float32 ``[batch, 1, 1, 1024]``, and the network's end points by name.
    """
    tf = import_tensorflow().compat.v1
    slim = import_slim()
    nets = slim.nets
    # BigDL's loader reads VariableV2, not the resource variables of TensorFlow 2.
    tf.get_variable_scope().set_use_resource(False)
    with (
        warnings.catch_warnings(),
        slim.arg_scope(nets.inception.inception_v1_arg_scope()),
        slim.arg_scope([slim.batch_norm], is_training=False),
    ):
        warnings.simplefilter("ignore")
        net, end_points = nets.inception_v1.inception_v1_base(images, scope=SCOPE)
        features = slim.avg_pool2d(net, [7, 7], stride=1, scope=f"{SCOPE}/Logits/AvgPool_0a_7x7")
    return features, end_points


def network_end_points() -> Mapping[str, str]:
    """Return the node of every end point by TF-Slim's name, in the order of the network."""
    return _names()[0]


def network_variables() -> Mapping[str, tuple[int, ...]]:
    """Return name and shape of every variable that the features depend on."""
    return _names()[1]


@functools.cache
def _names() -> tuple[Mapping[str, str], Mapping[str, tuple[int, ...]]]:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        _, end_points = inception_v1(tf.placeholder(tf.float32, [None, IMAGE_SIZE, IMAGE_SIZE, 3]))
        variables = graph.get_collection(tf.GraphKeys.GLOBAL_VARIABLES)
    return (
        MappingProxyType({name: end_points[name].op.name for name in end_points}),
        MappingProxyType({v.op.name: tuple(v.shape.as_list()) for v in variables}),
    )
