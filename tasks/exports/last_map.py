"""The last map of a network: what its features are the mean of, found in the frozen graph.

Where the features are the mean of a map over height and width, a linear head on them is a linear
head on every place of the map: Zhou et al., "Learning deep features for discriminative
localization", https://arxiv.org/abs/1512.04150.
"""

from typing import Any

from tasks.exports.parts import node_name
from tasks.networks.tensorflow import import_tensorflow

# Operations between pooling and feature that move no values.
_SAME_VALUES = {"Identity", "Reshape", "Squeeze", "ExpandDims", "StopGradient", "CheckNumerics"}
_RANK = 4


def find_last_map(definition: Any, feature: str, feature_size: int) -> str | None:
    """Return the node whose mean over height and width the features are; None if there is none.

    Args:
        definition: the frozen ``GraphDef``.
        feature: name of the node of the features.
        feature_size: floats per feature.
    """
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        pooling = graph.get_operation_by_name(feature)
        while pooling.type in _SAME_VALUES:
            pooling = pooling.inputs[0].op
        if pooling.type not in {"AvgPool", "Mean"}:
            return None
        pooled = pooling.inputs[0]
        shape = pooled.shape.as_list() if pooled.shape.rank == _RANK else [None] * _RANK
        whole = _pools_all if pooling.type == "AvgPool" else _averages_all
        if shape[3] != feature_size or pooled.dtype != tf.float32 or not whole(pooling, shape):
            return None
        # The outputs of a node beside the first one have a number in their names.
        return node_name(pooled.name) if pooled.name.endswith(":0") else None


def _pools_all(pooling: Any, shape: list[int | None]) -> bool:
    """Return whether an average pooling has one window, as large as the map."""
    window = list(pooling.get_attr("ksize"))
    return (
        pooling.get_attr("data_format") == b"NHWC"
        and pooling.get_attr("padding") == b"VALID"
        and window == [1, shape[1], shape[2], 1]
    )


def _averages_all(mean: Any, _shape: list[int | None]) -> bool:
    """Return whether a mean is one over height and width."""
    axes = import_tensorflow().get_static_value(mean.inputs[1])
    return axes is not None and sorted(axis % _RANK for axis in axes.reshape(-1)) == [1, 2]
