"""Writing of a TensorFlow SavedModel."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tasks.dumps.description import Dump
from tasks.exports.signatures import make_classifier, signatures
from tasks.models.head import Head
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.local_files import write_text

LABELS = "labels.txt"


def write_saved_model(definition: Any, dump: Dump, head: Head, folder: Path) -> list[str]:
    """Write a SavedModel of decoding, preprocessing, network and head; return its signatures.

    Args:
        definition: the dump's frozen ``GraphDef``.
        dump: its description.
        head: works on the network's features.
        folder: an empty folder, which gets the model and ``assets/labels.txt``.
    """
    tf = import_tensorflow()
    classifier = make_classifier(definition, dump, head)
    functions = signatures(classifier)
    module = tf.Module()
    module.weights = list(classifier.variables.values())
    labels = folder.with_name(LABELS)
    write_text(labels, labels_text(dump.class_names))
    module.labels = tf.saved_model.Asset(str(labels))
    for name, function in functions.items():
        setattr(module, name, function)
    with _quiet():
        tf.saved_model.save(module, str(folder), signatures=functions)
    labels.unlink()
    return list(functions)


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
