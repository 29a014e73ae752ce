"""Import of the TF-Slim image models library, under a guard.

The library's packages have common names, ``nets`` and ``preprocessing``. They are in
``sys.modules`` and ``sys.path`` only while the library is imported and while one of its networks is
built: nobody else finds them, and the library finds none but its own. Meanwhile ``numpy.int`` and
``tensorflow.contrib.training.HParams`` are there, which it needs and NumPy and TensorFlow 2 lack.
"""

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from tasks.errors import SetupError
from tasks.networks.slim import import_slim
from tasks.networks.slim_library import FACTORY, SLIM_PATH

_CONTRIB = "tensorflow.contrib"
# Packages of the library; one of the same name from elsewhere is out of the way meanwhile.
_PACKAGES = ("nets", "preprocessing", "datasets", "deployment")
# Modules of each library that was imported, by its folder and the digest of its code.
_loaded: dict[tuple[Path, str], dict[str, ModuleType]] = {}


class HParams:
    """Stand-in for the hyper-parameters of TensorFlow 1: attributes that can be set by name.

    Args:
        values: by name.
    """

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def set_hparam(self, name: str, value: Any) -> None:
        """Replace a value."""
        setattr(self, name, value)


@contextmanager
def library(folder: Path, digest: str) -> Iterator[ModuleType]:
    """Give the library's ``nets.nets_factory``; its networks can be built inside.

    Args:
        folder: the library's.
        digest: of its code; other code is imported anew.

    Raises:
        SetupError: the library cannot be imported, or its modules come from elsewhere.
    """
    import_slim()
    before = _modules(folder)
    for name in before:
        del sys.modules[name]
    sys.modules.update(_loaded.get((folder, digest), {}))
    try:
        with ExitStack() as stack:
            stack.enter_context(_stand_ins())
            stack.enter_context(patch.object(sys, "path", [str(folder), *sys.path]))
            # Compiled code counts as current for a second after a change.
            stack.enter_context(patch.object(sys, "dont_write_bytecode", True))
            importlib.invalidate_caches()
            factory = _import(folder)
            yield factory
            _loaded[folder, digest] = _modules(folder)
    finally:
        for name in _modules(folder):
            del sys.modules[name]
        sys.modules.update(before)


def _modules(folder: Path) -> dict[str, ModuleType]:
    """Return the imported modules that have names of the library's, or whose files are its own."""
    return {
        name: module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in _PACKAGES or _file(module).is_relative_to(folder)
    }


def _file(module: object) -> Path:
    # A lazy module would be loaded by a question for an attribute.
    return Path(getattr(module, "__dict__", {}).get("__file__") or "/")


def _import(folder: Path) -> ModuleType:
    try:
        factory = importlib.import_module("nets.nets_factory")
    # The library is code of the user's, which may raise anything.
    except Exception as error:
        raise SetupError(
            f"the library in {SLIM_PATH}, {folder}, cannot be imported: {cause(error)}; expected "
            "one of July 2020 or newer, which imports tf_slim"
        ) from error
    found = Path(str(factory.__file__)).resolve()
    if found != (folder / FACTORY).resolve():
        raise SetupError(f"nets.nets_factory was found in {found}, expected {folder / FACTORY}")
    return factory


def cause(error: BaseException) -> str:
    """Return an error of the library's in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


@contextmanager
def _stand_ins() -> Iterator[None]:
    """Provide what the library imports and TensorFlow 2 and NumPy do not have."""
    training, contrib = ModuleType(f"{_CONTRIB}.training"), ModuleType(_CONTRIB)
    vars(training)["HParams"] = HParams
    vars(contrib).update(training=training, __path__=[])
    with ExitStack() as stack:
        stack.enter_context(_added(sys.modules, {_CONTRIB: contrib, training.__name__: training}))
        stack.enter_context(_added(vars(importlib.import_module("numpy")), {"int": int}))
        yield


@contextmanager
def _added(names: dict[str, Any], values: Mapping[str, Any]) -> Iterator[None]:
    """Add values to a dictionary where it has none, and take them away again."""
    missing = {name: value for name, value in values.items() if name not in names}
    names.update(missing)
    try:
        yield
    finally:
        for name in missing:
            names.pop(name, None)
