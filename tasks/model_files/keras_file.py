"""A model that Keras saved, ``.keras`` or ``.h5``, loaded by the Keras of its time: 2 or 3."""

import importlib
import tempfile
from pathlib import Path
from typing import Any

from tasks.errors import DataError, ParamsError
from tasks.model_files.given import Given, frozen
from tasks.model_files.keras_config import EXPORT, check_keras, keras_version
from tasks.model_files.options import Options
from tasks.model_files.recognise import Model
from tasks.networks.tensorflow import import_tensorflow

_KERAS_2 = ("0.", "1.", "2.")


def load_keras(model: Model, options: Options) -> Given:
    """Return the graph of a Keras model in evaluation mode.

    Raises:
        DataError: it cannot be loaded, holds code, or takes anything but one picture.
        ParamsError: the size of its pictures is open, and not given.
    """
    check_keras(model)
    import_tensorflow()
    older = keras_version(model).startswith(_KERAS_2)
    keras = importlib.import_module("tf_keras" if older else "keras")
    suffix = ".keras" if model.kind == "Keras file" else ".h5"
    try:
        with tempfile.TemporaryDirectory() as folder:
            # Keras goes by the name.
            link = Path(folder, f"model{suffix}")
            link.symlink_to(model.path.absolute())
            loaded = keras.models.load_model(link, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its layers raise.
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise DataError(
            f"{model.name} cannot be loaded by Keras {keras.__version__}: {reason}; where it was "
            f"made, {EXPORT}"
        ) from error
    return frozen(model.name, _function(model.name, loaded, options.image_size))


def _function(name: str, loaded: Any, image_size: int | None) -> Any:
    tf = import_tensorflow()
    inputs = list(getattr(loaded, "inputs", None) or [])
    if len(inputs) != 1:
        raise DataError(f"{name} takes {len(inputs)} inputs, expected one, a picture")
    shape = list(inputs[0].shape)
    if len(shape) == 4 and None in shape[1:3]:
        if image_size is None:
            raise ParamsError(
                f"{name} leaves the size of its pictures open: give image_size, such as 224"
            )
        shape = [shape[0], *(side or image_size for side in shape[1:3]), shape[3]]
    picture = tf.TensorSpec([None, *shape[1:]], inputs[0].dtype, name="picture")
    function = tf.function(lambda images: loaded(images, training=False))
    return function.get_concrete_function(picture)
