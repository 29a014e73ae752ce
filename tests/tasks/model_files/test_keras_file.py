import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tasks.errors import DataError, ParamsError
from tasks.model_files.keras_file import load_keras
from tasks.model_files.options import Options
from tasks.model_files.recognise import Model, find_model

NONE = Options("none")


@pytest.fixture
def edited(saved: Any, tmp_path: Path) -> Callable[[Callable[[Any], None]], Model]:
    """Returns the Keras file with another configuration."""

    def edit(change: Callable[[Any], None]) -> Model:
        path, scratch = tmp_path / "mine.keras", tmp_path / "parts"
        with zipfile.ZipFile(saved.files["Keras file"]) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name == "config.json":
                    config = json.loads(content)
                    change(config)
                    content = json.dumps(config).encode()
                new.writestr(name, content)
        return find_model(path, scratch)

    return edit


def layer(config: Any, number: int = 1) -> Any:
    return config["config"]["layers"][number]


def keep(model: Any, path: Path) -> Model:
    model.save(path)
    return find_model(path, path.with_name("parts"))


def test_a_lambda_layer_is_refused(edited: Callable[[Callable[[Any], None]], Model]) -> None:
    def change(config: Any) -> None:
        layer(config).update(class_name="Lambda")
        layer(config)["config"].update(name="mine")

    message = (
        r"^mine.keras: the layer mine is a Lambda, which holds code: save the network alone with "
        r"model.export\(folder\), and give that SavedModel$"
    )
    with pytest.raises(DataError, match=message):
        load_keras(edited(change), NONE)


def test_a_real_lambda_layer_is_refused_in_hdf5(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Lambda(lambda x: x, name="own")])
    with pytest.raises(DataError, match=r"^m.h5: the layer own is a Lambda, which holds code"):
        load_keras(keep(model, tmp_path / "m.h5"), NONE)


def test_code_of_other_modules_is_not_loaded(
    edited: Callable[[Callable[[Any], None]], Model],
) -> None:
    def change(config: Any) -> None:
        layer(config).update(class_name="Popen", module="subprocess")

    message = r"^mine.keras: Popen of the module subprocess is not Keras' own, and code of others"
    with pytest.raises(DataError, match=message):
        load_keras(edited(change), NONE)


def test_a_layer_that_keras_does_not_have_is_told(
    edited: Callable[[Callable[[Any], None]], Model],
) -> None:
    message = (
        r"^mine.keras cannot be loaded by Keras 3\.[0-9.]+: .*Conv9D.*; where it was made, save the"
    )
    with pytest.raises(DataError, match=message):
        load_keras(edited(lambda c: layer(c).update(class_name="Conv9D")), NONE)


def test_a_configuration_that_is_no_json_is_refused(saved: Any, tmp_path: Path) -> None:
    path = shutil.copy(saved.files["Keras HDF5 file"], tmp_path / "m.h5")
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = "{"
    with pytest.raises(DataError, match=r"^m.h5: its configuration is no JSON"):
        load_keras(Model("m.h5", "Keras HDF5 file", Path(path)), NONE)


def test_weights_alone_are_no_model(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["a"] = np.zeros(3)
    message = r"^w.h5 holds weights without a model: expected what model.save writes, not model.sav"
    with pytest.raises(DataError, match=message):
        load_keras(Model("w.h5", "Keras HDF5 file", tmp_path / "w.h5"), NONE)


def test_values_of_other_files_are_refused(saved: Any, tmp_path: Path) -> None:
    for name, value, what in (
        ("link", h5py.ExternalLink("/etc/passwd", "/"), "link is a link, expected values"),
        ("soft", h5py.SoftLink("/x"), "soft is a link, expected values"),
    ):
        path = shutil.copy(saved.files["Keras HDF5 file"], tmp_path / "m.h5")
        with h5py.File(path, "a") as file:
            file[name] = value
        with pytest.raises(DataError, match=f"^m.h5: {what}"):
            load_keras(Model("m.h5", "Keras HDF5 file", Path(path)), NONE)


def test_values_stored_outside_are_refused(saved: Any, tmp_path: Path) -> None:
    path = shutil.copy(saved.files["Keras HDF5 file"], tmp_path / "m.h5")
    with h5py.File(path, "a") as file:
        file.create_dataset("far", (4,), "u1", external=[("/etc/passwd", 0, 4)])
    with pytest.raises(DataError, match=r"^m.h5: far lies in another file, expected values"):
        load_keras(Model("m.h5", "Keras HDF5 file", Path(path)), NONE)


def test_damaged_hdf5_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n and no more")
    with pytest.raises(DataError, match=r"^m.h5: its HDF5 is damaged"):
        load_keras(Model("m.h5", "Keras HDF5 file", tmp_path / "m.h5"), NONE)


def test_a_network_of_two_pictures_is_refused(tmp_path: Path) -> None:
    import keras

    images = [keras.Input((8, 8, 3)) for _ in range(2)]
    model = keras.Model(images, keras.layers.Add()(images))
    with pytest.raises(DataError, match=r"^m.keras takes 2 inputs, expected one, a picture$"):
        load_keras(keep(model, tmp_path / "m.keras"), NONE)


def test_an_open_size_must_be_given(tmp_path: Path) -> None:
    import keras

    images = keras.Input((None, None, 3))
    model = keras.Model(images, keras.layers.Conv2D(2, 3)(images))
    kept = keep(model, tmp_path / "m.keras")
    message = r"^m.keras leaves the size of its pictures open: give image_size, such as 224$"
    with pytest.raises(ParamsError, match=message):
        load_keras(kept, NONE)
    found = load_keras(kept, Options("none", image_size=24))
    (placeholder,) = [n for n in found.definition.node if n.op == "Placeholder"]
    assert [d.size for d in placeholder.attr["shape"].shape.dim] == [-1, 24, 24, 3]
