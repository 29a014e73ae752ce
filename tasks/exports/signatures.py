"""Signatures of the SavedModel: functions from what clients send to what they get."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.dumps.description import Dump
from tasks.exports.inputs import Images, InputReader
from tasks.exports.last_map import find_last_map
from tasks.exports.parts import Part
from tasks.models.head import Head
from tasks.networks.tensorflow import import_tensorflow

#: Label of a picture that has no answer.
NO_PREDICTION = -1

Tensors = dict[str, Any]


@dataclass(frozen=True)
class Classifier:
    """A trained classifier in TensorFlow.

    Attributes:
        reader: reads what clients send.
        network: from the network's input to features, and to the last map if there is one.
        weight: of the head, a variable, float32 ``[classes, features]``.
        bias: of the head, a variable, float32 ``[classes]``.
        class_names: in label order.
        variables: all variables by name.
        has_map: whether the network has a last map.
    """

    reader: InputReader
    network: Part
    weight: Any
    bias: Any
    class_names: Sequence[str]
    variables: Mapping[str, Any]
    has_map: bool

    def answer(self, images: Images) -> Tensors:
        """Return prediction, scores, class names and error of every image."""
        return self._answer(images, self.features(images)[0])

    def explain(self, images: Images) -> Tensors:
        """Return the answer and the class activation maps of every image.

        The mean of a class's map over height and width is the class's logit without its bias.
        """
        tf = import_tensorflow()
        features, last_map = self.features(images)
        answer = self._answer(images, features)
        maps = tf.linalg.matmul(last_map, self.weight, transpose_b=True)
        maps = tf.where((images.error == "")[:, None, None, None], maps, 0.0)
        predicted = tf.gather(maps, tf.maximum(answer["prediction"], 0), axis=3, batch_dims=1)
        return {**answer, "heatmap": predicted, "heatmaps": maps, "region": images.region}

    def features(self, images: Images) -> list[Any]:
        """Return the features of images, float32 ``[n, features]``, and the last map if any."""
        tf = import_tensorflow()
        features, *last_map = self.network(images.images)
        return [tf.reshape(features, [-1, self.weight.shape[1]]), *last_map]

    def _answer(self, images: Images, features: Any) -> Tensors:
        tf = import_tensorflow()
        logits = tf.linalg.matmul(features, self.weight, transpose_b=True) + self.bias
        good = images.error == ""
        count = tf.size(good)
        return {
            "prediction": tf.where(good, tf.argmax(logits, 1), NO_PREDICTION),
            # Zeros: JSON has no word for NaN.
            "scores": tf.where(good[:, None], tf.nn.softmax(logits), 0.0),
            "classes": tf.tile([list(self.class_names)], [count, 1]),
            "error": images.error,
        }


def make_classifier(definition: Any, dump: Dump, head: Head) -> Classifier:
    """Return the classifier of a dump's network and a head.

    Args:
        definition: the dump's frozen ``GraphDef``.
        dump: its description.
        head: works on the network's features.
    """
    tf, nodes = import_tensorflow(), dump.nodes
    variables: dict[str, Any] = {}
    last_map = find_last_map(definition, nodes.feature, dump.feature_size)
    targets = [nodes.feature, *([last_map] if last_map else [])]
    network = Part(definition, nodes.image_batch, targets, variables)
    reader = InputReader(
        encoded=Part(definition, nodes.encoded, [nodes.image, nodes.decoded]),
        decoded=Part(definition, nodes.decoded, [nodes.image]),
        preprocessing=dump.preprocessing,
    )
    weight = tf.Variable(head.weight, trainable=False, name="head/weight")
    bias = tf.Variable(head.bias, trainable=False, name="head/bias")
    variables |= {"head/weight": weight, "head/bias": bias}
    return Classifier(
        reader, network, weight, bias, dump.class_names, variables, last_map is not None
    )


def signatures(classifier: Classifier) -> dict[str, Any]:
    """Return the ``tf.function`` of every signature, by name."""
    tf, read = import_tensorflow(), classifier.reader
    files = tf.TensorSpec([None], tf.string, "image_bytes")
    keys = tf.TensorSpec([None], tf.string, "key")
    pixels = tf.TensorSpec([None, None, None, 3], tf.float32, "images")

    def serving_default(image_bytes: Any, key: Any) -> Tensors:
        return {**classifier.answer(read.read_files(image_bytes)), "key": tf.identity(key)}

    def images(images: Any) -> Tensors:
        return classifier.answer(read.read_pixels(images))

    def features(image_bytes: Any, key: Any) -> Tensors:
        found = read.read_files(image_bytes)
        values = tf.where((found.error == "")[:, None], classifier.features(found)[0], 0.0)
        return {"features": values, "error": found.error, "key": tf.identity(key)}

    def heatmap(image_bytes: Any, key: Any) -> Tensors:
        return {**classifier.explain(read.read_files(image_bytes)), "key": tf.identity(key)}

    specs: dict[Callable[..., Tensors], list[Any]] = {
        serving_default: [files, keys],
        images: [pixels],
        features: [files, keys],
    }
    if classifier.has_map:
        specs[heatmap] = [files, keys]
    return {f.__name__: tf.function(f, input_signature=spec) for f, spec in specs.items()}
