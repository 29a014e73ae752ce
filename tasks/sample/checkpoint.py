"""The bundled sample's checkpoint: random weights with calibrated batch norm statistics.

Features of random convolutions still tell pictures apart when every layer's statistics fit its
inputs. They allow a run without the Internet, but do not replace weights trained on ImageNet.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.networks.inception import CHECKPOINT_CLASSES, FEATURE_SIZE, IMAGE_SIZE, inception_v1
from tasks.networks.tensorflow import import_tensorflow
from tasks.sample.drawing.flower import FLOWERS, draw_flower

CHECKPOINT = "inception_v1.ckpt"
_PICTURES = 16
_SEED = 3
# Calibrated statistics are rounded to this many binary digits: processors differ in the last bits,
# and the file must have the same bytes everywhere.
_DIGITS = 7

FloatArray = npt.NDArray[np.float32]


def write_checkpoint(folder: Path) -> Path:
    """Write the checkpoint into ``folder`` as one file in TensorFlow's V1 format and return it.

    The variables have the names and shapes of the official release.
    """
    tf = import_tensorflow()
    definition = _training_graph()
    weights = random_weights(variable_shapes(definition), np.random.default_rng(_SEED))
    weights = calibrate(definition, weights, calibration_pictures())
    names = sorted(weights)
    path = folder / CHECKPOINT
    tf.raw_ops.Save(
        filename=str(path), tensor_names=names, data=[tf.constant(weights[n]) for n in names]
    )
    return path


def variable_shapes(definition: Any) -> dict[str, tuple[int, ...]]:
    """Return the shape of every variable of the released checkpoint, by name, logits included."""
    found = {
        node.name: tuple(dimension.size for dimension in node.attr["shape"].shape.dim)
        for node in definition.node
        if node.op == "VariableV2"
    }
    logits = "InceptionV1/Logits/Conv2d_0c_1x1"
    return found | {
        f"{logits}/weights": (1, 1, FEATURE_SIZE, CHECKPOINT_CLASSES),
        f"{logits}/biases": (CHECKPOINT_CLASSES,),
    }


def random_weights(
    shapes: Mapping[str, tuple[int, ...]], rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Return a value for every variable.

    Weights are normal with variance ``2 / fan_in`` (He et al., https://arxiv.org/abs/1502.01852),
    so that activations neither vanish nor explode.
    """
    values = {}
    for name, shape in sorted(shapes.items()):
        if name.endswith("/weights"):
            deviation = np.sqrt(2 / np.prod(shape[:-1]))
            values[name] = rng.standard_normal(shape, np.float32) * np.float32(deviation)
        else:
            values[name] = np.full(shape, float(name.endswith("variance")), np.float32)
    return values


def calibration_pictures() -> FloatArray:
    """Return float32 ``[16, 224, 224, 3]`` in ``[-1, 1]``, the five kinds in turn."""
    rng = np.random.default_rng(_SEED)
    drawn = [draw_flower(FLOWERS[i % len(FLOWERS)], rng, IMAGE_SIZE) for i in range(_PICTURES)]
    pictures = np.stack([np.asarray(picture.convert("RGB"), np.float32) for picture in drawn])
    return pictures / np.float32(127.5) - np.float32(1)


def calibrate(
    definition: Any, weights: dict[str, FloatArray], pictures: FloatArray
) -> dict[str, FloatArray]:
    """Return ``weights`` with moving statistics measured on ``pictures`` in every layer.

    One pass with every batch normalisation in training mode, so that each layer gets inputs that
    the layers before it have normalised, as in a later run.
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
        # One thread, so that the order of sums is the same every time.
        config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        with tf.Session(graph=graph, config=config) as session:
            names = [node.name for node in definition.node if node.op == "VariableV2"]
            feeds = {f"{name}:0": weights[name] for name in names}
            measured = session.run(statistics, {"pictures:0": pictures, **feeds})
    return weights | {name: _rounded(value) for name, value in measured.items()}


def _training_graph() -> Any:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        inception_v1(tf.placeholder(tf.float32, [None, IMAGE_SIZE, IMAGE_SIZE, 3], "pictures"))
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
