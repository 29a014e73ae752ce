"""A SavedModel with the signatures of an export, which tells red, green and blue pictures apart."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tasks.networks.tensorflow import import_tensorflow

COLOURS = ("red", "green", "blue")
#: Names that another model gives the same pictures.
OTHERS = ("pink", "lime", "navy")
SIDE = 8
#: Top, left, bottom and right of what the model is said to see.
REGION = (0.25, 0.0, 0.75, 1.0)
JPEG = b"\xff\xd8\xff"


def save_tiny_model(folder: Path, names: Sequence[str] = COLOURS) -> Path:
    """Write the SavedModel and return its folder.

    Args:
        folder: to be made.
        names: of the classes that red, green and blue pictures are said to be.
    """
    tf = import_tensorflow()
    module = tf.Module()
    module.head = tf.Variable(tf.eye(3) * 4.0)
    module.names = tf.Variable(list(names))

    def decode(encoded: Any) -> Any:
        picture = tf.io.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")
        return tf.image.resize(tf.cast(picture, tf.float32) / 255.0, [SIDE, SIDE])

    def errors(files: Any) -> Any:
        return tf.where(tf.strings.substr(files, 0, 3) == JPEG, "", "expected a JPEG")

    def decoded(files: Any) -> Any:
        signature = tf.TensorSpec([SIDE, SIDE, 3], tf.float32)
        black = tf.zeros([SIDE, SIDE, 3])
        return tf.map_fn(
            lambda one: tf.cond(errors(one) == "", lambda: decode(one), lambda: black),
            files,
            fn_output_signature=signature,
        )

    def answer(images: Any, error: Any) -> dict[str, Any]:
        scores = tf.nn.softmax(tf.reduce_mean(images, [1, 2]) @ module.head)
        classes = tf.repeat([module.names], tf.shape(scores)[0], 0)
        prediction = tf.where(error == "", tf.argmax(scores, 1), -1)
        return {"prediction": prediction, "scores": scores, "classes": classes, "error": error}

    texts = tf.TensorSpec([None], tf.string)
    given = [tf.TensorSpec([None], tf.string, "image_bytes"), texts]

    def serving(image_bytes: Any, key: Any) -> dict[str, Any]:
        found = answer(decoded(image_bytes), errors(image_bytes))
        return {**found, "key": tf.identity(key)}

    def images(images: Any) -> dict[str, Any]:
        return answer(images, tf.repeat("", tf.shape(images)[0]))

    def features(image_bytes: Any, key: Any) -> dict[str, Any]:
        values = tf.reduce_mean(decoded(image_bytes), [1, 2])
        return {"features": values, "error": errors(image_bytes), "key": tf.identity(key)}

    def heatmap(image_bytes: Any, key: Any) -> dict[str, Any]:
        pictures = decoded(image_bytes)
        found = answer(pictures, errors(image_bytes))
        maps = pictures[:, ::2, ::2] @ module.head
        best = tf.gather(maps, tf.maximum(found["prediction"], 0), axis=3, batch_dims=1)
        region = tf.repeat([REGION], tf.shape(maps)[0], 0)
        shown = {"heatmap": best, "heatmaps": maps, "region": region, "key": tf.identity(key)}
        return {**found, **shown}

    pixels = [tf.TensorSpec([None, SIDE, SIDE, 3], tf.float32, "images")]
    functions = {
        "serving_default": tf.function(serving, input_signature=given),
        "images": tf.function(images, input_signature=pixels),
        "features": tf.function(features, input_signature=given),
        "heatmap": tf.function(heatmap, input_signature=given),
    }
    tf.saved_model.save(module, str(folder), functions)
    labels = "".join(f"{i}:{name}\n" for i, name in enumerate(names))
    (folder / "assets").mkdir(exist_ok=True)
    (folder / "assets" / "labels.txt").write_text(labels, encoding="utf-8")
    return folder


def damaged_models(model: Path, folder: Path) -> dict[Path, str]:
    """Write copies of a SavedModel that do not load; return what is said of each.

    Args:
        model: the folder of the SavedModel.
        folder: gets the copies.
    """
    said = {"cut": "saved_model.pb cannot be read", "empty": "TensorFlow cannot load"}
    for name in said:
        shutil.copytree(model, folder / name)
    (folder / "cut" / "saved_model.pb").write_bytes(b"\x0a\xff\xff")
    shutil.rmtree(folder / "empty" / "variables")
    return {folder / name: message for name, message in said.items()}
