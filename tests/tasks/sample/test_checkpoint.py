"""The sample's checkpoint: names and shapes of the release, statistics of the pictures."""

import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.slim_library import write_library
from tasks.networks.checkpoint import fetch_checkpoint, load_weights
from tasks.networks.checkpoint_reader import read_shapes, read_weights
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.network import Network
from tasks.networks.registry import get_network
from tasks.networks.structure import network_variables
from tasks.networks.tensorflow import import_tensorflow
from tasks.sample.checkpoint import calibration_images, random_weights, write_checkpoint
from tasks.sample.make import checkpoint_archive
from tasks.storage.local_files import file_sha256


@pytest.fixture(scope="module")
def tiny_file(tiny_network: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tiny_network, tmp_path_factory.mktemp("sample"))


def test_is_named_after_its_network(tiny_file: Path, checkpoint_file: Path) -> None:
    assert (tiny_file.name, checkpoint_file.name) == ("tiny.ckpt", "inception_v1.ckpt")


def test_has_the_variables_of_the_release(checkpoint_file: Path) -> None:
    logits = "InceptionV1/Logits/Conv2d_0c_1x1"
    assert read_shapes(checkpoint_file) == {
        **network_variables(INCEPTION_V1),
        f"{logits}/weights": (1, 1, 1024, 1001),
        f"{logits}/biases": (1001,),
    }


@pytest.fixture(scope="module")
def variables(checkpoint_file: Path) -> dict[str, Any]:
    """Every variable of the checkpoint, read by TensorFlow's own reader."""
    reader = import_tensorflow().train.load_checkpoint(str(checkpoint_file))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def test_has_the_names_and_shapes_of_the_official_archive(
    variables: dict[str, Any], fixtures_folder: Path, tmp_path: Path
) -> None:
    with tarfile.open(fixtures_folder / "inception_v1_2016_08_28.tar.gz") as tar:
        tar.extractall(tmp_path, filter="data")
    official = import_tensorflow().train.load_checkpoint(str(tmp_path / "inception_v1.ckpt"))
    expected = {
        name: tuple(shape)
        for name, shape in official.get_variable_to_shape_map().items()
        if name.startswith("InceptionV1/")
    }
    assert {name: value.shape for name, value in variables.items()} == expected


def test_calibrated_statistics_keep_seven_binary_digits(variables: dict[str, Any]) -> None:
    statistics = [value for name, value in variables.items() if "/moving_" in name]
    assert len(statistics) == 2 * 57
    for value in statistics:
        fraction, _ = np.frexp(value.astype(np.float64))
        assert np.array_equal(fraction * 2**7, np.rint(fraction * 2**7))


def test_scope_classes_and_feature_size_are_the_networks(tiny_file: Path) -> None:
    shapes = read_shapes(tiny_file)
    assert shapes["Tiny/Logits/weights"] == (1, 1, 6, 3)
    assert shapes["Tiny/Logits/biases"] == (3,)


def test_images_have_the_networks_size_and_range(tiny_network: Network) -> None:
    pictures = calibration_images(tiny_network.preprocessing)
    assert (pictures.shape, pictures.dtype) == ((16, 40, 40, 3), np.dtype(np.float32))
    # (0 - 0.25) * 4 and (1 - 0.25) * 4.
    assert -1 <= pictures.min() < 0 < pictures.max() <= 3


def test_convolutions_are_random_and_normalisations_neutral() -> None:
    shapes = {"a/weights": (3, 3, 64, 128), "a/moving_variance": (4,), "a/beta": (4,)}
    weights = random_weights(shapes, np.random.default_rng(0))
    # 73,728 values: their deviation is off by 0.3 % of itself, one standard error.
    assert weights["a/weights"].std() == pytest.approx(np.sqrt(2 / (9 * 64)), rel=0.02)
    assert weights["a/moving_variance"].tolist() == [1] * 4
    assert weights["a/beta"].tolist() == [0] * 4


def test_every_layer_normalises_the_pictures(tiny_file: Path, tiny_network: Network) -> None:
    """The first layer's outputs, in evaluation mode with the file's statistics."""
    tf = import_tensorflow().compat.v1
    weights: dict[str, Any] = read_weights(tiny_file, tiny_network)
    with tf.Graph().as_default() as graph:
        tiny_network.build(tf.placeholder(tf.float32, [None, 40, 40, 3], "pictures"))
        with tf.Session(graph=graph) as session:
            session.run([v.assign(weights[v.op.name]) for v in tf.global_variables()])
            names = [f"Tiny/{layer}/BatchNorm/FusedBatchNormV3:0" for layer in ("a", "b")]
            normed = session.run(
                names, {"pictures:0": calibration_images(tiny_network.preprocessing)}
            )
    for values in normed:
        # The statistics keep 7 binary digits, and epsilon is added to the variance.
        np.testing.assert_allclose(values.mean(axis=(0, 1, 2)), 0, atol=0.02)
        np.testing.assert_allclose(values.std(axis=(0, 1, 2)), 1, rtol=0.05)


def test_statistics_fit_the_inputs_of_the_last_layer(checkpoint_file: Path) -> None:
    """In evaluation mode, the calibration pictures leave every layer normalised."""
    tf: Any = import_tensorflow().compat.v1
    size = INCEPTION_V1.image_size
    with tf.Graph().as_default() as graph:
        given = tf.placeholder(tf.float32, [None, size, size, 3])
        INCEPTION_V1.build(given)
        normalised = [
            f"{node.name}:0" for node in graph.as_graph_def().node if node.op == "FusedBatchNormV3"
        ]
        saver = tf.train.Saver()
        with tf.Session(graph=graph) as session:
            saver.restore(session, str(checkpoint_file))
            last = session.run(
                normalised[-1], {given: calibration_images(INCEPTION_V1.preprocessing)}
            )
    assert len(normalised) == 57
    # Rounding of the statistics, 2 ** -8, adds up through the layers.
    assert last.mean() == pytest.approx(0, abs=0.1)
    assert last.std() == pytest.approx(1, abs=0.1)


def test_a_network_of_the_slim_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its classifier is not known, so the checkpoint ends with the features."""
    monkeypatch.setenv("SLIM_PATH", str(write_library(tmp_path / "slim")))
    network = get_network("slim:inception_mini")
    path = write_checkpoint(network, tmp_path)
    assert path.name == "slim_inception_mini.ckpt"
    assert checkpoint_archive(network) == "slim_inception_mini.tar.gz"
    kept = fetch_checkpoint(path, file_sha256(path), network, tmp_path / "kept")
    weights = load_weights(kept.path, network)
    assert {name: value.shape for name, value in weights.items()} == network_variables(network)
    assert (weights["Mini/a/BatchNorm/moving_variance"] != 1).all()
