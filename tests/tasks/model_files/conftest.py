"""A small Keras model in every format, and the conversion of a file in this process."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.own_models import SIZE, graph_of, keras_features, keras_model, plain
from support.plain_slim import FloatArray
from tasks.model_files.convert import Request, convert
from tasks.model_files.given import Given
from tasks.model_files.network import read_network
from tasks.model_files.options import Options
from tasks.model_files.recognise import Model, find_model
from tasks.networks.network import Network


@dataclass(frozen=True)
class Saved:
    """A model's files by kind, pictures, and the features that Keras itself computes of them."""

    files: dict[str, Path]
    pictures: FloatArray
    features: FloatArray


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """A Keras model as a Keras file, HDF5, a SavedModel and a frozen graph."""
    folder = tmp_path_factory.mktemp("own models")
    with pytest.MonkeyPatch.context() as patch:
        # Keras writes its settings when it is first imported.
        patch.setenv("KERAS_HOME", str(folder / "keras home"))
        model = keras_model()
    model.save(folder / "tiny.keras")
    model.save(folder / "tiny.h5")
    model.export(folder / "saved", verbose=False)
    (folder / "tiny.pb").write_bytes(_frozen(model).SerializeToString())
    names = {"Keras file": "tiny.keras", "Keras HDF5 file": "tiny.h5", "SavedModel": "saved"}
    files = {kind: folder / name for kind, name in (*names.items(), ("frozen graph", "tiny.pb"))}
    pictures = np.random.default_rng(1).uniform(0, 255, (3, SIZE, SIZE, 3)).astype(np.float32)
    return Saved(files, pictures, keras_features(model, pictures))


def _frozen(model: Any) -> Any:
    import tensorflow as tf

    from tasks.model_files.given import frozen

    function = tf.function(lambda images: model(images, training=False))
    spec = tf.TensorSpec([None, SIZE, SIZE, 3], tf.float32)
    return frozen("tiny", function.get_concrete_function(spec)).definition


@pytest.fixture
def converted(tmp_path: Path) -> Callable[..., Network]:
    """Converts a model's file in this process and returns the network."""
    count = 0

    def make(given: Path, **options: Any) -> Network:
        nonlocal count
        count += 1
        scratch, target = (tmp_path / f"{name}{count}" for name in ("scratch", "target"))
        for folder in (scratch, target):
            folder.mkdir()
        convert(Request(given, scratch, target, Options(**{"preprocessing": "none", **options})))
        return read_network(target)

    return make


@pytest.fixture
def given() -> Callable[..., Given]:
    """Returns the model of a graph that a function builds, by default of a small one."""
    return lambda build=plain: Given("mine.pb", graph_of(build))


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
