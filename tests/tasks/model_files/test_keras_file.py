from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.own_models import SIZE, layer_of
from tasks.errors import DataError, ParamsError
from tasks.model_files.keras_file import load_keras
from tasks.model_files.options import Options
from tasks.model_files.recognise import Model, find_model
from tasks.networks.network import Network

NONE = Options("none")


def keep(model: Any, path: Path) -> Model:
    model.save(path)
    return find_model(path, path.with_name("parts"))


def test_a_real_lambda_layer_is_refused_in_hdf5(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Lambda(lambda x: x, name="own")])
    with pytest.raises(DataError, match=r"^m.h5: the layer own is a Lambda, which holds code"):
        load_keras(keep(model, tmp_path / "m.h5"), NONE)


def test_a_layer_that_keras_does_not_have_is_told(
    edited: Callable[[Callable[[Any], None]], Model],
) -> None:
    message = (
        r"^mine.keras cannot be loaded by Keras 3\.[0-9.]+: .*Conv9D.*; where it was made, save the"
    )
    with pytest.raises(DataError, match=message):
        load_keras(edited(lambda c: layer_of(c).update(class_name="Conv9D")), NONE)


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


@pytest.mark.parametrize("name", ["old.h5", "old.keras"])
def test_keras_2_loads_what_it_saved(
    name: str, tmp_path: Path, converted: Callable[..., Network]
) -> None:
    """Keras 3 refuses the groups of Keras 2's depthwise convolutions."""
    import tf_keras

    images = tf_keras.Input((SIZE, SIZE, 3))
    deep = tf_keras.layers.DepthwiseConv2D(3)(images)
    pooled = tf_keras.layers.GlobalAveragePooling2D()(tf_keras.layers.BatchNormalization()(deep))
    tf_keras.Model(images, pooled).save(tmp_path / name)
    assert converted(tmp_path / name).feature_size == 3
