"""Signatures of the SavedModel: functions from what clients send to what they get."""

from collections.abc import Callable
from typing import Any

from tasks.exports.classifier import Classifier, Tensors
from tasks.networks.tensorflow import import_tensorflow


def pixels_spec() -> Any:
    """Return the ``TensorSpec`` of decoded pictures, the input ``images``."""
    tf = import_tensorflow()
    return tf.TensorSpec([None, None, None, 3], tf.float32, "images")


def signatures(classifier: Classifier) -> dict[str, Any]:
    """Return the ``tf.function`` of every signature, by name."""
    tf, read = import_tensorflow(), classifier.reader
    files = tf.TensorSpec([None], tf.string, "image_bytes")
    keys = tf.TensorSpec([None], tf.string, "key")

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
        images: [pixels_spec()],
        features: [files, keys],
    }
    if classifier.has_map:
        specs[heatmap] = [files, keys]
    return {f.__name__: tf.function(f, input_signature=spec) for f, spec in specs.items()}
