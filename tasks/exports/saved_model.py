"""Writing of a TensorFlow SavedModel."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tasks.exports.classifier import Classifier
from tasks.exports.layout import PICTURES
from tasks.exports.signatures import signatures
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.local_files import write_json, write_text

LABELS = "labels.txt"


def write_saved_model(
    classifier: Classifier, folder: Path, max_side: int | None = None
) -> list[str]:
    """Write a SavedModel of decoding, preprocessing, network and head; return its signatures.

    Args:
        classifier: to write.
        folder: an empty folder, which gets the model and ``assets/labels.txt``.
        max_side: pictures were scaled down to it, in pixels, for the training.
    """
    functions = signatures(classifier)
    labels = folder.with_name(LABELS)
    write_text(labels, labels_text(classifier.class_names))
    asset = import_tensorflow().saved_model.Asset(str(labels))
    save_functions(functions, classifier, folder, labels=asset)
    labels.unlink()
    if max_side:
        write_json(folder / PICTURES, {"max_side": max_side})
    return list(functions)


def save_functions(
    functions: Mapping[str, Any], classifier: Classifier, folder: Path, **parts: Any
) -> None:
    """Write functions of a classifier as the signatures of a SavedModel.

    Args:
        functions: each a ``tf.function``, by the name of its signature.
        classifier: whose variables they read.
        folder: an empty folder.
        parts: what else the SavedModel keeps, by name.
    """
    tf = import_tensorflow()
    module = tf.Module()
    module.weights = list(classifier.variables.values())
    for name, part in {**functions, **parts}.items():
        setattr(module, name, part)
    with _quiet():
        tf.saved_model.save(module, str(folder), signatures=dict(functions))


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what TensorFlow says of each signature that it renames something in."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def labels_text(class_names: Sequence[str]) -> str:
    """Return the content of ``labels.txt``: a class name a line, in label order."""
    return "".join(f"{name}\n" for name in class_names)
