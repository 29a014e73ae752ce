"""A trained classifier as TensorFlow operations: network, head and softmax on images."""

from collections.abc import Mapping, Sequence
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

    def scores(self, pixels: Any) -> Any:
        """Return the scores of decoded pictures, float32 ``[n, classes]``.

        They are those of ``answer``, by operations that other formats have, too.

        Args:
            pixels: float32 ``[n, height, width, 3]``, finite, from 0 to 255.
        """
        features, *_ = self.network(self.reader.prepare_pixels(pixels))
        return import_tensorflow().nn.softmax(self._logits(self._flat(features)))

    def features(self, images: Images) -> list[Any]:
        """Return the features of images, float32 ``[n, features]``, and the last map if any."""
        features, *last_map = self.network(images.images)
        return [self._flat(features), *last_map]

    def _flat(self, features: Any) -> Any:
        return import_tensorflow().reshape(features, [-1, self.weight.shape[1]])

    def _logits(self, features: Any) -> Any:
        tf = import_tensorflow()
        return tf.linalg.matmul(features, self.weight, transpose_b=True) + self.bias

    def _answer(self, images: Images, features: Any) -> Tensors:
        tf = import_tensorflow()
        logits = self._logits(features)
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
