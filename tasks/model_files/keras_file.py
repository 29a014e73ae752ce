"""A model that Keras saved, ``.keras`` or ``.h5``.

Keras' safe mode refuses layers that hold Python code. The configuration is looked at before Keras
sees it: only classes of Keras' own are made, and no layer that wraps code or another file.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tasks.errors import DataError, ParamsError
from tasks.model_files.given import Given, frozen
from tasks.model_files.options import Options
from tasks.model_files.recognise import KERAS_CONFIG, KERAS_WEIGHTS, Model
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.shown import shown

_CODE = ("Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFOpLambda")
_OWN = ("keras", "tf_keras", "builtins")
_MAX_CONFIG_BYTES = 64 * 2**20
_EXPORT = "save the network alone with model.export(folder), and give that SavedModel"


def load_keras(model: Model, options: Options) -> Given:
    """Return the graph of a Keras model in evaluation mode.

    Raises:
        DataError: it cannot be loaded, holds code, or takes anything but one picture.
        ParamsError: the size of its pictures is open, and not given.
    """
    _check_links(model)
    for config in _dicts(_config(model)):
        _check_config(model.name, config)
    import_tensorflow()
    import keras

    suffix = ".keras" if model.kind == "Keras file" else ".h5"
    try:
        with tempfile.TemporaryDirectory() as folder:
            # Keras goes by the name.
            link = Path(folder, f"model{suffix}")
            link.symlink_to(model.path.absolute())
            loaded = keras.saving.load_model(link, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its layers raise.
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise DataError(
            f"{model.name} cannot be loaded by Keras {keras.__version__}: {reason}; where it was "
            f"made, {_EXPORT}"
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


def _config(model: Model) -> Any:
    if model.parts is not None:
        path = model.parts / KERAS_CONFIG
        if path.stat().st_size > _MAX_CONFIG_BYTES:
            raise DataError(f"{model.name}: {KERAS_CONFIG} has more than 64 MiB")
        content: Any = path.read_bytes()
    else:
        import h5py

        with h5py.File(model.path, "r") as file:
            content = file.attrs.get("model_config")
    if content is None:
        raise DataError(
            f"{model.name} holds weights without a model: expected what model.save writes, not "
            "model.save_weights"
        )
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{model.name}: its configuration is no JSON: {error}") from None


def _check_config(name: str, config: dict[str, Any]) -> None:
    kind, module = config.get("class_name"), config.get("module")
    if kind in _CODE:
        inner = config.get("config")
        layer = inner.get("name") if isinstance(inner, dict) else None
        raise DataError(
            f"{name}: the layer {shown(str(layer))} is a {kind}, which holds code: {_EXPORT}"
        )
    if isinstance(module, str) and module.split(".")[0] not in _OWN:
        raise DataError(
            f"{name}: {shown(str(kind))} of the module {shown(module)} is not Keras' own, and code "
            f"of others is not loaded: {_EXPORT}"
        )


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)


def _check_links(model: Model) -> None:
    """Raise a ``DataError`` for HDF5 that takes values from other files of this machine."""
    import h5py

    path = model.parts / KERAS_WEIGHTS if model.parts else model.path
    try:
        with h5py.File(path, "r") as file:
            _check_group(model.name, file)
    except (OSError, RuntimeError, KeyError) as error:
        raise DataError(f"{model.name}: its HDF5 is damaged: {error}") from error


def _check_group(name: str, file: Any) -> None:
    import h5py

    groups = [file]
    seen = set()
    while groups:
        group = groups.pop()
        if group.id.__hash__() in seen:
            continue
        seen.add(group.id.__hash__())
        for key in group:
            link = group.get(key, getlink=True)
            if isinstance(link, h5py.ExternalLink | h5py.SoftLink):
                raise DataError(f"{name}: {shown(key)} is a link, expected values")
            found = group[key]
            if isinstance(found, h5py.Group):
                groups.append(found)
            elif found.external or found.is_virtual:
                raise DataError(f"{name}: {shown(key)} lies in another file, expected values")
