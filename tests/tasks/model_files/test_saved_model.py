from pathlib import Path
from typing import Any

import pytest

from tasks.errors import DataError
from tasks.model_files.recognise import Model
from tasks.model_files.saved_model import load_saved_model
from tasks.networks.tensorflow import import_tensorflow


def write(folder: Path, **signatures: Any) -> Model:
    """Write a module with signatures of one picture as a SavedModel."""
    tf = import_tensorflow()
    module = tf.Module()
    spec = tf.TensorSpec([None, 8, 8, 3], tf.float32, name="images")
    functions = {
        name: tf.function(function).get_concrete_function(spec)
        for name, function in signatures.items()
    }
    module.kept = list(functions.values())
    tf.saved_model.save(module, str(folder), signatures=functions)
    return Model("mine", "SavedModel", folder)


def mean(images: Any) -> Any:
    return {"out": import_tensorflow().reduce_mean(images, [1, 2])}


def test_variables_are_in_the_graph(saved: Any) -> None:
    found = load_saved_model(Model("mine", "SavedModel", saved.files["SavedModel"]))
    operations = [node.op for node in found.definition.node]
    assert operations.count("Placeholder") == 1
    assert "Conv2D" in operations
    assert "VarHandleOp" not in operations


def test_the_only_signature_is_taken_whatever_its_name(tmp_path: Path) -> None:
    found = load_saved_model(write(tmp_path, features=mean))
    assert "Mean" in {node.op for node in found.definition.node}


def test_several_signatures_are_named(tmp_path: Path) -> None:
    message = (
        r"^mine: expected a signature serving_default, or only one; found: first, second; Keras' "
        r"model.export\(folder\) writes one$"
    )
    with pytest.raises(DataError, match=message):
        load_saved_model(write(tmp_path, first=mean, second=mean))


def test_what_reads_a_file_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    def reads(images: Any) -> Any:
        tf = import_tensorflow()
        size = tf.strings.length(tf.io.read_file("/etc/passwd"))
        return {"out": mean(images)["out"] + tf.cast(size, tf.float32)}

    with pytest.raises(DataError, match=r"^mine: node \S+ is a ReadFile, which reads or writes f"):
        load_saved_model(write(tmp_path, features=reads))


def test_a_table_which_runs_code_when_it_is_loaded_is_refused(tmp_path: Path) -> None:
    tf = import_tensorflow()
    module = tf.Module()
    keys = tf.constant([1], tf.int64)
    module.table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, keys), 0)
    tf.saved_model.save(module, str(tmp_path))
    message = r"^mine: object \d+ is a resource, such as a table, which runs code of the model"
    with pytest.raises(DataError, match=message):
        load_saved_model(Model("mine", "SavedModel", tmp_path))


def test_one_of_tensorflow_1_is_told_what_to_do(tmp_path: Path) -> None:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default(), tf.Session() as session:
        images = tf.placeholder(tf.float32, [None, 8, 8, 3])
        out = tf.reduce_mean(images * tf.get_variable("v", [3], use_resource=False), [1, 2])
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, str(tmp_path / "m"), {"in": images}, {"out": out})
    with pytest.raises(DataError, match=r"^mine is a SavedModel of TensorFlow 1, which runs a gra"):
        load_saved_model(Model("mine", "SavedModel", tmp_path / "m"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("saved_model.pb", b"\x0b\xff\xff", r"^mine: saved_model.pb is damaged"),
        ("variables/variables.index", b"", r"^mine cannot be loaded as a SavedModel: "),
    ],
)
def test_a_damaged_one_is_refused(
    name: str, content: bytes, message: str, saved: Any, tmp_path: Path
) -> None:
    import shutil

    folder = shutil.copytree(saved.files["SavedModel"], tmp_path / "m")
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        load_saved_model(Model("mine", "SavedModel", folder))
