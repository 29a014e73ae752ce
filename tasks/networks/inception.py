"""TF-Slim's Inception v1 up to its last average pooling.

Szegedy et al., "Going deeper with convolutions", 2014, https://arxiv.org/abs/1409.4842, with batch
normalisation as in TF-Slim's release of 2016-08-28.
"""

import warnings
from typing import Any

from tasks.networks.network import Network, Preprocessing
from tasks.networks.slim import import_slim
from tasks.networks.tensorflow import import_tensorflow

_SCOPE = "InceptionV1"


def build_inception_v1(images: Any) -> tuple[Any, dict[str, Any]]:
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
        net, end_points = nets.inception_v1.inception_v1_base(images, scope=_SCOPE)
        features = slim.avg_pool2d(net, [7, 7], stride=1, scope=f"{_SCOPE}/Logits/AvgPool_0a_7x7")
    return features, end_points


INCEPTION_V1 = Network(
    name="inception_v1",
    scope=_SCOPE,
    # The network was trained on values in [-1, 1].
    preprocessing=Preprocessing(size=224, subtract=0.5, multiply=2.0),
    feature_size=1024,
    end_points=(
        "Conv2d_1a_7x7",
        "MaxPool_2a_3x3",
        "Conv2d_2b_1x1",
        "Conv2d_2c_3x3",
        "MaxPool_3a_3x3",
        "Mixed_3b",
        "Mixed_3c",
        "MaxPool_4a_3x3",
        "Mixed_4b",
        "Mixed_4c",
        "Mixed_4d",
        "Mixed_4e",
        "Mixed_4f",
        "MaxPool_5a_2x2",
        "Mixed_5b",
        "Mixed_5c",
    ),
    build=build_inception_v1,
    checkpoint_url="http://download.tensorflow.org/models/inception_v1_2016_08_28.tar.gz",
    # ImageNet's 1,000 and a background class.
    checkpoint_classes=1001,
)
