from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.damage import flip_byte
from tasks.errors import DataError
from tasks.exports.export import export_model
from tasks.models.head import Head
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.paths import Home


def test_is_reused(tiny_model: Path, tiny_export: Path, graft_home: Home) -> None:
    again = export_model(tiny_model, graft_home)
    assert (again.path, again.reused) == (tiny_export, True)


def test_two_exports_of_a_model_answer_alike(
    tiny_model: Path, loaded: Any, graft_home: Home, tmp_path: Path, jpegs: list[bytes]
) -> None:
    home = Home(tmp_path)
    home.root.joinpath("dumps").symlink_to(graft_home.dumps)
    other = export_model(tiny_model, home)
    tf = import_tensorflow()
    given = {"image_bytes": tf.constant(jpegs), "key": tf.constant([""] * len(jpegs))}
    second = tf.saved_model.load(str(other.path / "1")).signatures["serving_default"](**given)
    first = loaded.signatures["serving_default"](**given)
    np.testing.assert_array_equal(first["scores"], second["scores"])


def test_a_folder_that_is_no_model(tmp_path: Path, graft_home: Home) -> None:
    with pytest.raises(
        DataError, match=r"has no head\.npz; expected the folder of a trained model"
    ):
        export_model(tmp_path, graft_home)


def test_a_dump_that_is_gone(
    tiny_dump: Path, tiny_head: Head, tmp_path: Path, write_model: Callable[..., Path]
) -> None:
    home, gone = Home(tmp_path), tmp_path / "gone"
    dumps = {"train": str(gone), "validation": str(gone)}
    with pytest.raises(DataError, match=r"gone is not a dump: it has no pipeline\.json"):
        export_model(write_model(home, tiny_dump, tiny_head, dumps=dumps), home)


def test_a_dump_of_other_classes(
    tiny_dump: Path, tiny_head: Head, tmp_path: Path, write_model: Callable[..., Path]
) -> None:
    home = Home(tmp_path)
    model = write_model(home, tiny_dump, tiny_head, class_names=["a", "b"])
    with pytest.raises(DataError, match="have other classes: run the DAG again"):
        export_model(model, home)


def test_a_model_that_was_changed(
    tiny_dump: Path, tiny_head: Head, tmp_path: Path, write_model: Callable[..., Path]
) -> None:
    home = Home(tmp_path)
    model = write_model(home, tiny_dump, tiny_head)
    flip_byte(model / "head.npz")
    with pytest.raises(DataError, match=r"head\.npz has another content"):
        export_model(model, home)
