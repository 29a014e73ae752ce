"""The part of a model between its picture and its features."""

from dataclasses import dataclass
from typing import Any

from tasks.errors import DataError
from tasks.model_files.feature import find_feature
from tasks.model_files.given import Given
from tasks.model_files.operations import check_names
from tasks.model_files.picture import find_input, input_size
from tasks.networks.tensorflow import import_tensorflow

PICTURE = "picture"
FEATURE = "feature"


@dataclass(frozen=True)
class Part:
    """Part of a model that computes features.

    Attributes:
        definition: a ``GraphDef`` from the placeholder ``PICTURE`` to ``FEATURE``, float32
            ``[n, 1, 1, size]``.
        image_size: height and width of the input, in pixels.
        feature_size: floats per feature.
        feature_node: the model's own name of the features.
    """

    definition: Any
    image_size: int
    feature_size: int
    feature_node: str


def cut_out(given: Given, feature_node: str | None, image_size: int | None) -> Part:
    """Return the part of a model that turns pictures into features.

    Raises:
        DataError: the model does not take one picture, or it is not clear what its features are.
        ParamsError: the size of its pictures is open, or another one than asked for.
    """
    tf = import_tensorflow()
    check_names(given.name, given.definition)
    picture = find_input(given)
    size = input_size(given, picture, image_size)
    with tf.Graph().as_default() as graph:
        images = tf.compat.v1.placeholder(tf.float32, [None, size, size, 3], _unused(given))
        _import(given, picture.name, images)
        found = find_feature(given, images.op, feature_node)
        features = tf.identity(_pooled(found), FEATURE)
        whole = graph.as_graph_def()
    part = tf.compat.v1.graph_util.extract_sub_graph(whole, [features.op.name])
    _rename(part, {images.op.name: PICTURE, features.op.name: FEATURE})
    return Part(part, size, int(features.shape[3]), found.name)


def _import(given: Given, picture: str, images: Any) -> None:
    tf = import_tensorflow()
    try:
        tf.import_graph_def(_without(given.definition, picture), {f"{picture}:0": images}, name="")
    except (ValueError, KeyError, tf.errors.OpError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{given.name}: TensorFlow does not take its graph: {reason}") from error


def _unused(given: Given) -> str:
    names = {node.name for node in given.definition.node}
    return next(name for i in range(len(names) + 1) if (name := f"{PICTURE}_{i}") not in names)


def _without(definition: Any, picture: str) -> Any:
    """Return a graph without one node, and without what is only to be done before."""
    kept = type(definition)(versions=definition.versions, library=definition.library)
    for node in definition.node:
        if node.name != picture:
            copy = kept.node.add()
            copy.CopyFrom(node)
            copy.device = ""
            data = [name for name in node.input if not name.startswith("^")]
            del copy.input[:]
            copy.input.extend(data)
    return kept


def _pooled(operation: Any) -> Any:
    """Return an operation's output as ``[n, 1, 1, features]``; a map is averaged."""
    tf = import_tensorflow()
    output = operation.outputs[0]
    if output.shape.rank == 2:
        if operation.type == "Mean":
            # The same node, its axes kept: both engines and BigDL's loader know it.
            return tf.reduce_mean(operation.inputs[0], operation.inputs[1], keepdims=True)
        return tf.reshape(output, [-1, 1, 1, int(output.shape[1])])
    if list(output.shape[1:3]) == [1, 1]:
        return output
    return tf.reduce_mean(output, [1, 2], keepdims=True)


def _rename(definition: Any, names: dict[str, str]) -> None:
    names = {f"{new}": f"{new}_of_the_model" for new in names.values()} | names
    for node in definition.node:
        node.name = names.get(node.name, node.name)
        for i, name in enumerate(node.input):
            base, colon, output = name.partition(":")
            if base in names:
                node.input[i] = f"{names[base]}{colon}{output}"
