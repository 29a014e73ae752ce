"""Both engines on a network of other sizes than Inception v1's: they read them from the dump."""

from pathlib import Path

import numpy as np
import pytest

from tasks.dumps.description import read_dump
from tasks.features.bridge import Bridge
from tasks.features.extraction import extract_features
from tasks.features.store import feature_files, feature_matrix, read_tables
from tasks.networks.checkpoint import prefix_of
from tasks.networks.network import Network
from tasks.networks.preprocessing import decode, preprocess
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.paths import Home


@pytest.fixture(scope="module")
def wanted(
    tiny_network: Network,
    tiny_checkpoint: Path,
    pictures: dict[str, list[tuple[bytes, int]]],
) -> np.typing.NDArray[np.float32]:
    """Features of the training pictures, by TensorFlow without dump or freeze."""
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        encoded = tf.placeholder(tf.string, [])
        image = preprocess(decode(encoded), tiny_network.preprocessing)
        feature, _ = tiny_network.build(tf.expand_dims(image, 0))
        saver = tf.train.Saver()
        with tf.Session(graph=graph) as session:
            saver.restore(session, str(prefix_of(tiny_checkpoint)))
            features = [session.run(feature, {encoded: jpeg}) for jpeg, _ in pictures["train"]]
    return np.concatenate(features, dtype=np.float32).reshape(-1, tiny_network.feature_size)


@pytest.mark.parametrize("engine", ["bigdl", "tensorflow"])
def test_features_are_those_of_the_network(
    engine: str,
    bridge: Bridge,
    tiny_dump: Path,
    wanted: np.typing.NDArray[np.float32],
    tmp_path: Path,
) -> None:
    dump = read_dump(tiny_dump)
    (made,) = extract_features(bridge, [dump], engine, Home(tmp_path))
    assert isinstance(made.path, Path)
    features = feature_matrix(read_tables(*feature_files(made.path)))
    assert features.shape == (8, 6)
    # Two layers of float32 sums in another order.
    np.testing.assert_allclose(features, wanted, rtol=1e-4, atol=1e-5 * np.abs(wanted).mean())
