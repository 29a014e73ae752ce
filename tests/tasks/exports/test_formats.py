"""The model in other formats, run by the runtimes of these formats.

``make test-exports`` installs the converters and the runtimes, and runs all of this file. Without
them TensorFlow's own converter and interpreter are taken, for TensorFlow Lite alone.
"""

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.plain_slim import FloatArray
from tasks.dumps.dump import dump_split
from tasks.exports.export import export_model
from tasks.exports.formats import ONNX, TFLITE, Converted, converter_versions, write_formats
from tasks.exports.layout import CARD
from tasks.networks.network import Network
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.paths import Home

needs_converters = pytest.mark.skipif(
    not converter_versions(), reason="make test-exports runs it: it installs the converters"
)
# Each runtime has convolutions of its own, which take sums in another order than TensorFlow: of
# float32 numbers that end up as scores between 0 and 1. Another resampling or a picture that is
# cropped one pixel further differs by more than 1e-3.
assert_scores = partial(np.testing.assert_allclose, rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def pixels() -> FloatArray:
    """Three pictures, with an odd size and with values between whole numbers."""
    random = np.random.default_rng(5).uniform(0, 255, (3, 61, 87, 3))
    return random.astype(np.float32)


def run_tflite(file: Path, pixels: FloatArray) -> Any:
    if importlib.util.find_spec("ai_edge_litert"):
        interpreter = importlib.import_module("ai_edge_litert.interpreter").Interpreter(str(file))
    else:
        interpreter = import_tensorflow().lite.Interpreter(str(file))
    return interpreter.get_signature_runner("images")(images=pixels)["scores"]


def run_onnx(file: Path, pixels: FloatArray) -> Any:
    runtime = importlib.import_module("onnxruntime")
    session = runtime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return session.run(["scores"], {"images": pixels})[0]


def ask(export: Path, pixels: FloatArray) -> FloatArray:
    """Return the scores of the SavedModel's signature."""
    tf = import_tensorflow()
    signature = tf.saved_model.load(str(export / "1")).signatures["images"]
    scores: FloatArray = signature(images=tf.constant(pixels))["scores"].numpy()
    return scores


def test_tensorflow_lite(
    tiny_dump: Path,
    tiny_export: Path,
    classifier_of: Callable[[Path], Any],
    pixels: FloatArray,
    tmp_path: Path,
) -> None:
    made = write_formats(classifier_of(tiny_dump), tmp_path, [TFLITE])
    assert made == [Converted("TensorFlow Lite", "model.tflite")]
    assert_scores(run_tflite(tmp_path / "model.tflite", pixels), ask(tiny_export, pixels))
    other = pixels[:1, :40, :33]
    assert_scores(run_tflite(tmp_path / "model.tflite", other), ask(tiny_export, other))


def test_versions_are_those_of_what_is_installed() -> None:
    installed = importlib.util.find_spec("tf2onnx") is not None
    assert ("tf2onnx" in converter_versions()) == installed


@needs_converters
def test_an_export_has_both_files(tiny_model: Path, graft_home: Home, pixels: FloatArray) -> None:
    made = export_model(tiny_model, graft_home)
    wanted = ask(made.path, pixels)
    assert_scores(run_onnx(made.path / "model.onnx", pixels), wanted)
    assert_scores(run_tflite(made.path / "model.tflite", pixels), wanted)
    other = pixels[:1, :40, :33]
    assert_scores(run_onnx(made.path / "model.onnx", other), ask(made.path, other))
    card = (made.path / CARD).read_text()
    assert "`model.onnx` is the same model for ONNX." in card
    assert "| tf2onnx |" in card
    assert export_model(tiny_model, graft_home).reused


@pytest.fixture
def dump_with(
    tiny_checkpoint: Path, dataset: Path, tiny_network: Network, tmp_path: Path
) -> Callable[..., Path]:
    """Dumps the tiny network with another preprocessing."""

    def dump(**changes: Any) -> Path:
        recipe = replace(tiny_network.preprocessing, **changes)
        made = dump_split(
            split="train",
            dataset=dataset,
            checkpoint=tiny_checkpoint,
            network=replace(tiny_network, preprocessing=recipe),
            batch_size=4,
            home=Home(tmp_path),
        )
        assert isinstance(made.path, Path)
        return made.path

    return dump


@needs_converters
def test_a_picture_is_cropped_as_in_the_dump(
    dump_with: Callable[..., Path],
    classifier_of: Callable[[Path], Any],
    pixels: FloatArray,
    tmp_path: Path,
) -> None:
    recipe = {"shorter_side": 50, "subtract": (0.2, 0.3, 0.4), "bgr": True}
    classifier = classifier_of(dump_with(**recipe))
    made = write_formats(classifier, tmp_path)
    assert [one.problem for one in made] == [None, None]
    tf = import_tensorflow()
    wanted = tf.function(classifier.scores)(tf.constant(pixels)).numpy()
    assert_scores(run_onnx(tmp_path / ONNX.file, pixels), wanted)
    assert_scores(run_tflite(tmp_path / TFLITE.file, pixels), wanted)


@needs_converters
def test_what_a_format_cannot_hold_is_told(
    dump_with: Callable[..., Path], classifier_of: Callable[[Path], Any], tmp_path: Path
) -> None:
    """A crop whose share takes float64, which TensorFlow Lite does not compute with."""
    onnx, tflite = write_formats(classifier_of(dump_with(crop=0.9)), tmp_path)
    assert onnx == Converted("ONNX", "model.onnx")
    assert tflite.problem == (
        "tensorflow.lite.python.tflite_convert cannot convert it "
        "(TF Select ops: Floor, Mul, RealDiv, Sub)"
    )
    assert not (tmp_path / TFLITE.file).exists()
