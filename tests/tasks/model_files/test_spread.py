from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.own_models import SIZE, write_graph
from tasks.errors import DataError
from tasks.networks.network import Network

Convert = Callable[..., Network]


def test_the_spread_is_that_of_folding(saved: Any, converted: Convert) -> None:
    assert 0 < converted(saved.files["Keras file"]).spread < 1e-4


def test_features_that_are_not_finite_are_refused(tmp_path: Path, converted: Convert) -> None:
    def build(tf: Any) -> Any:
        images = tf.placeholder(tf.float32, [None, SIZE, SIZE, 3])
        return tf.reduce_mean(tf.math.log(-1.0 - images), [1, 2])

    with pytest.raises(DataError, match=r"^m.pb: the features of a picture are not finite numbers"):
        converted(write_graph(tmp_path / "m.pb", build))


def test_a_graph_of_one_picture_at_a_time_is_refused(tmp_path: Path, converted: Convert) -> None:
    def build(tf: Any) -> Any:
        images = tf.placeholder(tf.float32, [1, SIZE, SIZE, 3])
        return tf.reduce_mean(tf.reshape(images, [1, SIZE, SIZE, 3]), [1, 2])

    with pytest.raises(DataError, match=r"^m.pb does not run on a batch of 4 pictures: "):
        converted(write_graph(tmp_path / "m.pb", build))
