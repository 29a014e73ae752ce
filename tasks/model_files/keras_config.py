"""The configuration of a Keras model, looked at before Keras makes layers of it.

Only classes of Keras' own are made, and no layer that wraps Python code or another file. That is on
top of Keras' safe mode.
"""

import json
from collections.abc import Iterator
from typing import Any

from tasks.errors import DataError
from tasks.model_files.recognise import KERAS_CONFIG, KERAS_WEIGHTS, Model
from tasks.storage.shown import shown

#: What to do with a model that cannot be loaded.
EXPORT = "save the network alone with model.export(folder), and give that SavedModel"

_METADATA = "metadata.json"
_CODE = (
    *("Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFOpLambda"),
    *("ClassMethod", "InstanceMethod", "InstanceProperty", "SlicingOpLambda", "__lambda__"),
)
_OWN = ("keras", "tf_keras")
_MAX_CONFIG_BYTES = 64 * 2**20


def check_keras(model: Model) -> None:
    """Look at a Keras model's configuration and at where its values lie.

    Raises:
        DataError: it is damaged, or has code, layers of others, or values in other files.
    """
    _check_links(model)
    for config in _dicts(_config(model)):
        _check_config(model.name, config)


def keras_version(model: Model) -> str:
    """Return the version of the Keras that saved a model; that of Keras 3 if it does not say."""
    if model.parts is not None:
        path = model.parts / _METADATA
        found = _parse(model.name, path.read_bytes()) if path.is_file() else {}
        return str(found.get("keras_version", "3")) if isinstance(found, dict) else "3"
    import h5py

    with h5py.File(model.path, "r") as file:
        version = file.attrs.get("keras_version", "3")
    return version.decode(errors="replace") if isinstance(version, bytes) else str(version)


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
    return _parse(model.name, content)


def _parse(name: str, content: Any) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name}: its configuration is no JSON: {error}") from None


def _check_config(name: str, config: dict[str, Any]) -> None:
    kind, module = config.get("class_name"), config.get("module")
    if kind in _CODE:
        inner = config.get("config")
        layer = inner.get("name") if isinstance(inner, dict) else None
        raise DataError(
            f"{name}: the layer {shown(str(layer))} is a {kind}, which holds code: {EXPORT}"
        )
    is_function = (module, kind) == ("builtins", "function")
    if isinstance(module, str) and module.split(".")[0] not in _OWN and not is_function:
        raise DataError(
            f"{name}: {shown(str(kind))} of the module {shown(module)} is not Keras' own, and code "
            f"of others is not loaded: {EXPORT}"
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
