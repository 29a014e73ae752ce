"""Networks of the TF-Slim image models library in ``SLIM_PATH``, as records.

Size, features, variables and layers are those of the library's own function, which is built once.
"""

import functools
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tasks.errors import ParamsError, SetupError
from tasks.networks.network import Network
from tasks.networks.slim import evaluation_mode
from tasks.networks.slim_import import cause, library
from tasks.networks.slim_library import (
    PREFIX,
    VIDEO,
    check_name,
    library_digest,
    library_folder,
    library_preprocessing,
)
from tasks.networks.slim_published import preprocessing_of, published
from tasks.networks.structure import structure_of
from tasks.networks.tensorflow import import_tensorflow

# Height and width of features: they are pooled.
_POOLED = [1, 1]


@dataclass(frozen=True)
class LibraryNetwork(Network):
    """A network whose code is not Graft's.

    Attributes:
        code: digest of the library's code.
    """

    code: str

    @property
    def identity(self) -> str:
        """Name of the network in recipes of artefacts; other code has another one."""
        return f"{self.name}@{self.code}"


def library_network(name: str) -> Network:
    """Return the record of a network of the library in ``SLIM_PATH``.

    Args:
        name: with ``slim:``.

    Raises:
        SetupError: there is no such library, or it cannot build the network.
        ParamsError: the library has no network of this name, or its network takes no pictures.
    """
    folder = library_folder()
    check_name(name, folder)
    if name.removeprefix(PREFIX) in VIDEO:
        raise ParamsError(f"{name} takes videos, expected a network that takes pictures")
    return _record(name, folder, library_digest(folder))


@functools.cache
def _record(name: str, folder: Path, digest: str) -> LibraryNetwork:
    short = name.removeprefix(PREFIX)
    build = partial(build_of_library, name=short, folder=folder, digest=digest)
    size = _image_size(short, folder, digest)
    preprocessing = preprocessing_of(short, size, library_preprocessing(folder))
    structure = structure_of(build, preprocessing.size)
    official = published(short)
    return LibraryNetwork(
        name=name,
        scope=None,
        logits=None,
        preprocessing=preprocessing,
        feature_size=structure.feature_size,
        build=build,
        checkpoint_url=official.url if official else None,
        checkpoint_classes=None,
        gflops=None,
        parameters=None,
        top1=official.top1 if official else None,
        code=digest,
    )


def build_of_library(
    images: Any, *, name: str, folder: Path, digest: str
) -> tuple[Any, dict[str, Any]]:
    """Add a network of the library, in evaluation mode, to the current graph.

    Args:
        images: float32 tensor ``[batch, size, size, 3]``.
        name: the network's in the library.
        folder: the library's.
        digest: of its code.

    Returns:
        The features, float32 ``[batch, 1, 1, channels]``, and the network's layers by name.

    Raises:
        SetupError: the library fails, or its features are not pooled.
    """
    with library(folder, digest) as factory, evaluation_mode():
        try:
            found, layers = factory.get_network_fn(name, num_classes=None)(images)
        # The library is code of the user's, which may raise anything.
        except Exception as error:
            raise SetupError(
                f"{PREFIX}{name} cannot be built by the library in {folder}: {cause(error)}"
            ) from error
    shape = found.shape.as_list()
    if len(shape) not in {2, 4} or shape[1:-1] not in ([], _POOLED) or not shape[-1]:
        raise SetupError(
            f"{PREFIX}{name} gives features of shape {shape}, expected [batch, n] or "
            "[batch, 1, 1, n]"
        )
    if len(shape) == 2:
        found = import_tensorflow().reshape(found, [-1, 1, 1, shape[-1]], name="pooled_features")
    return found, {key: value for key, value in layers.items() if hasattr(value, "op")}


def _image_size(name: str, folder: Path, digest: str) -> int:
    with library(folder, digest) as factory:
        size = getattr(factory.networks_map.get(name), "default_image_size", None)
    if not isinstance(size, int):
        raise SetupError(
            f"{PREFIX}{name} has no default_image_size in the library in {folder}, expected its "
            "height and width in pixels"
        )
    return size
