"""A SavedModel with the signatures of an export, which tells red, green and blue pictures apart."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tasks.networks.tensorflow import import_tensorflow

COLOURS = ("red", "green", "blue")
SIDE = 8


def save_tiny_model(folder: Path, names: Sequence[str] = COLOURS, *, delay: int = 0) -> Path:
    """Write the SavedModel and return its folder.

    Args:
        folder: to be made.
        names: of the classes that red, green and blue pictures are said to be.
        delay: how many matrix products to compute for every batch, so that it takes its time.
    """
    tf = import_tensorflow()
    module = tf.Module()
    module.head = tf.Variable(tf.eye(3) * 4.0)
    module.names = tf.Variable(list(names))

    def decode(encoded: Any) -> Any:
        picture = tf.io.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")
        return tf.image.resize(tf.cast(picture, tf.float32) / 255.0, [SIDE, SIDE])

    def decoded(encoded: Any) -> Any:
        signature = tf.TensorSpec([SIDE, SIDE, 3], tf.float32)
        return tf.map_fn(decode, encoded, fn_output_signature=signature)

    def slow(features: Any) -> Any:
        if not delay:
            return features
        large = tf.random.uniform([512, 512])
        for _ in range(delay):
            large = tf.matmul(large, large) * 1e-3
        return features + 0.0 * tf.reduce_mean(tf.clip_by_value(large, 0.0, 1.0))

    def answer(images: Any) -> dict[str, Any]:
        scores = tf.nn.softmax(slow(tf.reduce_mean(images, [1, 2])) @ module.head)
        prediction = tf.argmax(scores, 1)
        classes = tf.repeat([module.names], tf.shape(scores)[0], 0)
        return {"prediction": prediction, "scores": scores, "classes": classes}

    texts = tf.TensorSpec([None], tf.string)
    pictures = tf.TensorSpec([None, SIDE, SIDE, 3], tf.float32)
    serving = tf.function(
        lambda image_bytes, key: {**answer(decoded(image_bytes)), "key": tf.identity(key)},
        input_signature=[tf.TensorSpec([None], tf.string, "image_bytes"), texts],
    )
    images = tf.function(answer, input_signature=[pictures])
    features = tf.function(
        lambda image_bytes: {"features": tf.reduce_mean(decoded(image_bytes), [1, 2])},
        input_signature=[texts],
    )
    heatmap = tf.function(
        lambda image_bytes: {"heatmap": decoded(image_bytes)[:, ::2, ::2] @ module.head},
        input_signature=[texts],
    )
    named = {"images": images, "features": features, "heatmap": heatmap}
    tf.saved_model.save(module, str(folder), {"serving_default": serving, **named})
    labels = "".join(f"{i}:{name}\n" for i, name in enumerate(names))
    (folder / "assets").mkdir(exist_ok=True)
    (folder / "assets" / "labels.txt").write_text(labels, encoding="utf-8")
    return folder
