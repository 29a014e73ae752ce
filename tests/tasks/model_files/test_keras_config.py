import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from support.own_models import layer_of
from tasks.errors import DataError
from tasks.model_files.keras_config import check_keras, keras_version
from tasks.model_files.recognise import Model, find_model


def test_a_lambda_layer_is_refused(edited: Callable[[Callable[[Any], None]], Model]) -> None:
    def change(config: Any) -> None:
        layer_of(config).update(class_name="Lambda")
        layer_of(config)["config"].update(name="mine")

    message = (
        r"^mine.keras: the layer mine is a Lambda, which holds code: save the network alone with "
        r"model.export\(folder\), and give that SavedModel$"
    )
    with pytest.raises(DataError, match=message):
        check_keras(edited(change))


def test_code_of_other_modules_is_not_loaded(
    edited: Callable[[Callable[[Any], None]], Model],
) -> None:
    def change(config: Any) -> None:
        layer_of(config).update(class_name="Popen", module="subprocess")

    message = r"^mine.keras: Popen of the module subprocess is not Keras' own, and code of others"
    with pytest.raises(DataError, match=message):
        check_keras(edited(change))


def test_a_configuration_that_is_no_json_is_refused(saved: Any, tmp_path: Path) -> None:
    path = shutil.copy(saved.files["Keras HDF5 file"], tmp_path / "m.h5")
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = "{"
    with pytest.raises(DataError, match=r"^m.h5: its configuration is no JSON"):
        check_keras(Model("m.h5", "Keras HDF5 file", Path(path)))


def test_weights_alone_are_no_model(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["a"] = np.zeros(3)
    message = r"^w.h5 holds weights without a model: expected what model.save writes, not "
    with pytest.raises(DataError, match=message):
        check_keras(Model("w.h5", "Keras HDF5 file", tmp_path / "w.h5"))


def test_values_of_other_files_are_refused(saved: Any, tmp_path: Path) -> None:
    for name, value, what in (
        ("link", h5py.ExternalLink("/etc/passwd", "/"), "link is a link, expected values"),
        ("soft", h5py.SoftLink("/x"), "soft is a link, expected values"),
    ):
        path = shutil.copy(saved.files["Keras HDF5 file"], tmp_path / "m.h5")
        with h5py.File(path, "a") as file:
            file[name] = value
        with pytest.raises(DataError, match=f"^m.h5: {what}"):
            check_keras(Model("m.h5", "Keras HDF5 file", Path(path)))


def test_values_stored_outside_are_refused(saved: Any, tmp_path: Path) -> None:
    path = shutil.copy(saved.files["Keras HDF5 file"], tmp_path / "m.h5")
    with h5py.File(path, "a") as file:
        file.create_dataset("far", (4,), "u1", external=[("/etc/passwd", 0, 4)])
    with pytest.raises(DataError, match=r"^m.h5: far lies in another file, expected values"):
        check_keras(Model("m.h5", "Keras HDF5 file", Path(path)))


def test_damaged_hdf5_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n and no more")
    with pytest.raises(DataError, match=r"^m.h5: its HDF5 is damaged"):
        check_keras(Model("m.h5", "Keras HDF5 file", tmp_path / "m.h5"))


def test_the_version_is_that_of_the_keras_that_saved_it(saved: Any, tmp_path: Path) -> None:
    for kind in ("Keras file", "Keras HDF5 file"):
        assert keras_version(find_model(saved.files[kind], tmp_path / kind)).startswith("3.")
