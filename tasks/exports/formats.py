"""Formats of a model beside SavedModel: ONNX and TensorFlow Lite.

Their files hold the signature ``images`` alone, without ``error``: neither format has operations
that decode pictures or leave out a bad one. They are made where the converters are installed, see
``make setup-exports``.
"""

import importlib.metadata
import logging
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.exports.classifier import Classifier
from tasks.exports.converter import ConversionError, run_converter
from tasks.exports.saved_model import save_functions
from tasks.exports.signatures import pixels_spec
from tasks.networks.tensorflow import import_tensorflow

logger = logging.getLogger(__name__)

#: Signature of the files, and the names of its input and output.
IMAGES, SCORES = "images", "scores"

# The converter that the lock lacks stands for both: TensorFlow brings that of TensorFlow Lite.
_CONVERTER = "tf2onnx"
# Of the operations that tf2onnx writes, the newest that it knows all of; any runtime since 2023
# takes them.
_OPSET = "18"


@dataclass(frozen=True)
class Format:
    """A format that a converter writes.

    Attributes:
        name: its own.
        file: name of the model's file in an export.
        converter: module of the converter's program.
        options: of the program.
        source: the option that takes a SavedModel.
        target: the option that takes the file to write.
        telling: matches what the program prints of a model that it cannot convert.
    """

    name: str
    file: str
    converter: str
    options: Sequence[str]
    source: str
    target: str
    telling: re.Pattern[str]


@dataclass(frozen=True)
class Converted:
    """A model in another format.

    Attributes:
        name: of the format.
        file: name of the file.
        problem: why there is no file; None if there is one.
    """

    name: str
    file: str
    problem: str | None = None


ONNX = Format(
    name="ONNX",
    file="model.onnx",
    converter="tf2onnx.convert",
    options=("--tag", "serve", "--signature_def", IMAGES, "--opset", _OPSET),
    source="--saved-model",
    target="--output",
    telling=re.compile(r"^.* - ERROR - (.*)$|^(?:\w+\.)*(\w+(?:Error|Exception): .*)$", re.M),
)
TFLITE = Format(
    name="TensorFlow Lite",
    file="model.tflite",
    converter="tensorflow.lite.python.tflite_convert",
    options=("--saved_model_signature_key", IMAGES),
    source="--saved_model_dir",
    target="--output_file",
    telling=re.compile(r"^(TF Select ops: .*)$|^(?:\w+\.)*(\w+(?:Error|Exception): .*)$", re.M),
)
FORMATS = (ONNX, TFLITE)


def converter_versions() -> dict[str, str]:
    """Return the versions of the converters that the lock lacks; nothing if they are missing."""
    try:
        return {_CONVERTER: importlib.metadata.version(_CONVERTER)}
    except importlib.metadata.PackageNotFoundError:
        return {}


def write_formats(
    classifier: Classifier, folder: Path, formats: Sequence[Format] = FORMATS
) -> list[Converted]:
    """Write a classifier in other formats, and return which were written.

    A format that cannot hold the model is left out, with a line in the log.

    Args:
        classifier: to write.
        folder: gets a file for each format.
        formats: to write.
    """
    with tempfile.TemporaryDirectory(prefix="graft-export-") as scratch:
        source = Path(scratch) / "model"
        save_functions({IMAGES: _scores(classifier)}, classifier, source)
        return [_convert(one, source, folder) for one in formats]


def _scores(classifier: Classifier) -> Any:
    """Return the ``tf.function`` from decoded pictures to scores."""

    def images(images: Any) -> dict[str, Any]:
        return {SCORES: classifier.scores(images)}

    return import_tensorflow().function(images, input_signature=[pixels_spec()])


def _convert(form: Format, source: Path, folder: Path) -> Converted:
    target = folder / form.file
    command = [form.converter, *form.options, form.source, str(source), form.target, str(target)]
    try:
        run_converter(command, target, form.telling)
    except ConversionError as error:
        target.unlink(missing_ok=True)
        logger.warning("%s was not made: %s", form.file, error)
        return Converted(form.name, form.file, str(error))
    logger.info("made %s", form.file)
    return Converted(form.name, form.file)
