import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.serving import picture
from tasks.errors import DataError, UnsupportedGraphError
from tasks.exports.layout import PICTURES
from tasks.networks.tensorflow import import_tensorflow
from tasks.serving.saved_model import RefusedInputError, SavedModel
from tasks.storage.local_files import write_json


def batch(*pictures: bytes) -> Any:
    return np.array([*pictures, None], object)[:-1]


def test_values_are_those_of_tensorflows_own_loader(loaded: SavedModel, tiny_model: Path) -> None:
    tf = import_tensorflow()
    pictures = batch(picture("red"), picture("teal"))
    keys = batch(b"a", b"b")
    ours = loaded.run("features", {"image_bytes": pictures, "key": keys})
    theirs = tf.saved_model.load(str(tiny_model)).signatures["features"](
        image_bytes=tf.constant(list(pictures)), key=tf.constant(list(keys))
    )
    # The same operations on the same machine.
    np.testing.assert_array_equal(ours["features"], theirs["features"].numpy())


def test_some_outputs_alone(loaded: SavedModel) -> None:
    inputs = {"image_bytes": batch(picture("red")), "key": batch(b"k")}
    assert list(loaded.run("serving_default", inputs, ["scores"])) == ["scores"]


def test_an_undecodable_picture_is_refused(loaded: SavedModel) -> None:
    with pytest.raises(RefusedInputError, match="Invalid JPEG data"):
        loaded.run("features", {"image_bytes": batch(b"\xff\xd8\xff nope"), "key": batch(b"")})


def test_a_frozen_graph_of_tensorflow_1(tmp_path: Path) -> None:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default(), tf.Session() as session:
        number = tf.placeholder(tf.float32, [None], "x")
        # TensorFlow Serving's example, half plus three.
        half = tf.add(number / 2, 3)
        tf.saved_model.simple_save(session, str(tmp_path / "123"), {"x": number}, {"y": half})
    values = SavedModel(tmp_path / "123").run("serving_default", {"x": np.array([1.0, 2.0, 5.0])})
    assert values["y"].tolist() == [3.5, 4.0, 5.5]


def test_no_saved_model(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is no SavedModel: it has no saved_model\.pb"):
        SavedModel(tmp_path)


def test_damaged(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"\xff" * 40)
    with pytest.raises(DataError, match=r"saved_model\.pb cannot be read"):
        SavedModel(tmp_path)


def test_a_graph_for_something_else(tmp_path: Path) -> None:
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel as Definition

    definition = Definition()
    definition.meta_graphs.add().meta_info_def.tags.append("train")
    (tmp_path / "saved_model.pb").write_bytes(definition.SerializeToString())
    with pytest.raises(DataError, match="has no graph with the tag 'serve'"):
        SavedModel(tmp_path)


def test_a_graph_that_tensorflow_does_not_take(tmp_path: Path) -> None:
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel as Definition

    definition = Definition()
    graph = definition.meta_graphs.add()
    graph.meta_info_def.tags.append("serve")
    graph.graph_def.node.add(name="x", op="NoSuchOperation")
    (tmp_path / "saved_model.pb").write_bytes(definition.SerializeToString())
    with pytest.raises(UnsupportedGraphError, match=r"TensorFlow cannot load .*NoSuchOperation"):
        SavedModel(tmp_path)


def test_the_longest_side_of_the_pictures_is_known(tiny_model: Path, tmp_path: Path) -> None:
    assert SavedModel(tiny_model).max_side is None
    copy = tmp_path / "1"
    shutil.copytree(tiny_model, copy)
    write_json(copy / PICTURES, {"max_side": 512})
    assert SavedModel(copy).max_side == 512
    (copy / PICTURES).write_text('{"max_side": "wide"}')
    with pytest.raises(DataError, match="max_side is 'wide', expected a number of pixels"):
        SavedModel(copy)
    (copy / PICTURES).write_text("{")
    with pytest.raises(DataError, match=r"pictures\.json cannot be read .*: export the model"):
        SavedModel(copy)
