from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.networks.inception import IMAGE_SIZE, inception_v1
from tasks.networks.tensorflow import import_tensorflow
from tasks.sample.checkpoint import calibration_pictures, random_weights


@pytest.fixture(scope="module")
def variables(checkpoint_file: Path) -> dict[str, np.ndarray]:
    """Every variable of the checkpoint, read by TensorFlow's own reader."""
    reader = import_tensorflow().train.load_checkpoint(str(checkpoint_file))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def test_it_has_the_variables_of_the_official_release(
    variables: dict[str, np.ndarray], fixtures_folder: Path, tmp_path: Path
) -> None:
    import tarfile

    with tarfile.open(fixtures_folder / "inception_v1_2016_08_28.tar.gz") as tar:
        tar.extractall(tmp_path, filter="data")
    official = import_tensorflow().train.load_checkpoint(str(tmp_path / "inception_v1.ckpt"))
    expected = {
        name: tuple(shape)
        for name, shape in official.get_variable_to_shape_map().items()
        if name.startswith("InceptionV1/")
    }
    assert {name: value.shape for name, value in variables.items()} == expected


def test_weights_have_the_variance_of_he() -> None:
    shapes = {"a/weights": (3, 3, 64, 100), "a/BatchNorm/moving_variance": (7,), "a/beta": (7,)}
    values = random_weights(shapes, np.random.default_rng(1))
    assert values["a/weights"].dtype == np.float32
    # 57,600 numbers estimate a deviation to 0.3 %; five times that.
    assert values["a/weights"].std() == pytest.approx(np.sqrt(2 / (3 * 3 * 64)), rel=0.015)
    assert values["a/BatchNorm/moving_variance"].tolist() == [1] * 7
    assert values["a/beta"].tolist() == [0] * 7


def test_calibrated_statistics_keep_seven_binary_digits(variables: dict[str, np.ndarray]) -> None:
    statistics = [value for name, value in variables.items() if "/moving_" in name]
    assert len(statistics) == 2 * 57
    for value in statistics:
        fraction, _ = np.frexp(value.astype(np.float64))
        assert np.array_equal(fraction * 2**7, np.rint(fraction * 2**7))


def test_pictures_are_in_the_networks_range() -> None:
    pictures = calibration_pictures()
    assert pictures.shape == (16, 224, 224, 3)
    assert pictures.dtype == np.float32
    assert -1 <= pictures.min() < -0.9
    assert 0.9 < pictures.max() <= 1


def test_statistics_fit_the_inputs_of_the_last_layer(checkpoint_file: Path) -> None:
    """In evaluation mode, the calibration pictures leave every layer normalised."""
    tf: Any = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        given = tf.placeholder(tf.float32, [None, IMAGE_SIZE, IMAGE_SIZE, 3])
        inception_v1(given)
        normalised = [
            f"{node.name}:0" for node in graph.as_graph_def().node if node.op == "FusedBatchNormV3"
        ]
        saver = tf.train.Saver()
        with tf.Session(graph=graph) as session:
            saver.restore(session, str(checkpoint_file))
            last = session.run(normalised[-1], {given: calibration_pictures()})
    assert len(normalised) == 57
    # Rounding of the statistics, 2 ** -8, adds up through the layers.
    assert last.mean() == pytest.approx(0, abs=0.1)
    assert last.std() == pytest.approx(1, abs=0.1)
