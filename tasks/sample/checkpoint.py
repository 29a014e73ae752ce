"""Makes the bundled sample's checkpoint: random weights with calibrated batch normalisation.

Random convolutions whose outputs are normalised keep much of the difference between pictures. They
replace ImageNet's weights where those cannot be downloaded, at a much lower accuracy.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.networks.network import Network
from tasks.networks.preprocessing import normalised
from tasks.networks.recipe import Preprocessing
from tasks.networks.tensorflow import import_tensorflow
from tasks.sample.drawing.flower import FLOWERS, draw_flower
from tasks.storage.paths import safe_name

_PICTURES = 16
_SEED = 3
# Processors differ in the last bits of a sum. Statistics rounded to this many binary digits make
# the file the same on all of them.
_DIGITS = 7
# Variables of batch normalisation that begin with 1; the others begin with 0.
_ONES = ("variance", "gamma")

FloatArray = npt.NDArray[np.float32]


def write_checkpoint(network: Network, folder: Path) -> Path:
    """Write a network's checkpoint, one file in TensorFlow's V1 format, and return it.

    Names and shapes are those of the official release.

    Args:
        network: any.
        folder: gets the file.
    """
    tf = import_tensorflow()
    definition = _training_graph(network)
    weights = random_weights(variable_shapes(definition, network), np.random.default_rng(_SEED))
    weights = calibrate(definition, weights, calibration_images(network.preprocessing))
    names = sorted(weights)
    path = folder / f"{safe_name(network.name)}.ckpt"
    tf.raw_ops.Save(
        filename=str(path), tensor_names=names, data=[tf.constant(weights[n]) for n in names]
    )
    return path


def variable_shapes(definition: Any, network: Network) -> dict[str, tuple[int, ...]]:
    """Return name and shape of every variable of the released checkpoint.

    The logits are included where the record of the network says what they are called.
    """
    found = {
        node.name: tuple(dimension.size for dimension in node.attr["shape"].shape.dim)
        for node in definition.node
        if node.op == "VariableV2"
    }
    if network.logits is None or network.checkpoint_classes is None:
        return found
    logits = f"{network.scope}/{network.logits}"
    return found | {
        f"{logits}/weights": (1, 1, network.feature_size, network.checkpoint_classes),
        f"{logits}/biases": (network.checkpoint_classes,),
    }


def random_weights(
    shapes: Mapping[str, tuple[int, ...]], rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Return a value for every variable.

    Convolutions are normal with variance ``2 / fan_in`` (He et al.,
    https://arxiv.org/abs/1502.01852), so that activations neither fade nor blow up.
    """
    values = {}
    for name, shape in sorted(shapes.items()):
        if name.endswith("weights"):
            # Each output of a depthwise convolution reads one channel.
            inputs = shape[:-2] if name.endswith("depthwise_weights") else shape[:-1]
            deviation = np.sqrt(2 / np.prod(inputs))
            values[name] = rng.standard_normal(shape, np.float32) * np.float32(deviation)
        else:
            values[name] = np.full(shape, float(name.endswith(_ONES)), np.float32)
    return values


def calibration_images(preprocessing: Preprocessing) -> FloatArray:
    """Return 16 drawn pictures as a network's input, the five kinds in turn."""
    rng, size = np.random.default_rng(_SEED), preprocessing.size
    drawn = [draw_flower(FLOWERS[i % len(FLOWERS)], rng, size) for i in range(_PICTURES)]
    pictures = np.stack([np.asarray(picture.convert("RGB"), np.float32) for picture in drawn])
    return normalised(pictures, preprocessing)


def calibrate(
    definition: Any, weights: dict[str, FloatArray], pictures: FloatArray
) -> dict[str, FloatArray]:
    """Return ``weights`` with the mean and variance that ``pictures`` have in every layer.

    One pass with every batch normalisation in training mode gives them: the input of each layer is
    then normalised by the layers before it, as it is in evaluation mode with these statistics.
    """
    tf = import_tensorflow().compat.v1
    statistics = {
        f"{node.name.rpartition('/')[0]}/moving_{name}": f"{node.name}:{output}"
        for node in definition.node
        if node.op == "FusedBatchNormV3"
        for name, output in (("mean", 1), ("variance", 2))
    }
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        # One thread adds in the same order every time.
        config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        with tf.Session(graph=graph, config=config) as session:
            names = [node.name for node in definition.node if node.op == "VariableV2"]
            feeds = {f"{name}:0": weights[name] for name in names}
            measured = session.run(statistics, {"pictures:0": pictures, **feeds})
    return weights | {name: _rounded(value) for name, value in measured.items()}


def _training_graph(network: Network) -> Any:
    """Return the network's ``GraphDef`` with every batch normalisation in training mode."""
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        size = network.image_size
        network.build(tf.placeholder(tf.float32, [None, size, size, 3], "pictures"))
        definition = graph.as_graph_def()
    empty = tf.NodeDef(name="empty", op="Const")
    empty.attr["dtype"].type = tf.float32.as_datatype_enum
    empty.attr["value"].tensor.CopyFrom(tf.make_tensor_proto([], tf.float32))
    for node in definition.node:
        if node.op == "FusedBatchNormV3":
            node.attr["is_training"].b = True
            node.input[3] = node.input[4] = empty.name
    definition.node.append(empty)
    return definition


def _rounded(values: FloatArray) -> FloatArray:
    fraction, exponent = np.frexp(values)
    rounded: FloatArray = np.ldexp(np.round(np.ldexp(fraction, _DIGITS)), exponent - _DIGITS)
    return rounded.astype(np.float32)
