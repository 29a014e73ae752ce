"""The pretrained checkpoint: unpacked, found and checked against the network."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.errors import DataError
from tasks.networks.inception import network_variables
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.archive import unpack
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.local_files import write_json

logger = logging.getLogger(__name__)

DESCRIPTION = "checkpoint.json"
_LAYOUT = 1
_SHOWN = 3


def fetch_checkpoint(archive: Path, archive_sha256: str, checkpoints: Path) -> LocalArtifact:
    """Unpack a checkpoint's archive below ``checkpoints`` and check it against Inception v1.

    Args:
        archive: a tar archive with one ``*.ckpt``: a single file (TensorFlow's V1 format) or
            ``.index`` and ``.data-*`` files (V2).
        archive_sha256: the archive's digest, which names the artefact.
        checkpoints: where checkpoints live.

    Raises:
        DataError: no checkpoint, more than one, a truncated one, or another network's.
    """

    def make(folder: Path) -> None:
        prefix = _find(archive, unpack(archive, folder), folder)
        check_variables(archive, read_shapes(folder / prefix))
        # Every value once: an index may be whole where the data behind it is not.
        read_weights(folder / prefix)
        write_json(folder / DESCRIPTION, {"checkpoint": prefix, "archive_sha256": archive_sha256})

    recipe = {"archive": archive_sha256, "network": "inception_v1", "layout": _LAYOUT}
    return build(checkpoints, recipe, make)


def read_shapes(prefix: Path) -> dict[str, tuple[int, ...]]:
    """Return name and shape of every variable in a checkpoint."""
    shapes = _open(prefix).get_variable_to_shape_map()
    return {name: tuple(shape) for name, shape in shapes.items()}


def read_weights(prefix: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Return the variables of a checkpoint that the network's features depend on.

    Raises:
        DataError: the checkpoint is truncated or damaged.
    """
    reader = _open(prefix)
    names = network_variables()
    with _damage(prefix):
        return {name: reader.get_tensor(name) for name in names}


def check_variables(archive: Path, found: Mapping[str, tuple[int, ...]]) -> None:
    """Raise a ``DataError`` that names the first variables that Inception v1 needs and lacks."""
    needed = network_variables()
    problems = [
        f"{name} is {found[name]} instead of {shape}" if name in found else f"{name} is missing"
        for name, shape in needed.items()
        if found.get(name) != shape
    ]
    if problems:
        shown = "; ".join(problems[:_SHOWN])
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise DataError(
            f"{archive.name} is not a checkpoint of TF-Slim's Inception v1, whose features need "
            f"{len(needed)} variables: {shown}{more}"
        )
    logger.info("%s has all %d variables of Inception v1", archive.name, len(needed))


def _find(archive: Path, files: list[Path], folder: Path) -> str:
    prefixes = {
        str(path.relative_to(folder)).removesuffix(".index")
        for path in files
        if path.name.endswith((".ckpt", ".ckpt.index"))
    }
    if len(prefixes) != 1:
        found = ", ".join(sorted(prefixes)) or "none"
        raise DataError(
            f"{archive.name} should hold one checkpoint, *.ckpt or *.ckpt.index; found: {found}"
        )
    return prefixes.pop()


def _open(prefix: Path) -> Any:
    with _damage(prefix):
        return import_tensorflow().compat.v1.train.NewCheckpointReader(str(prefix))


@contextmanager
def _damage(prefix: Path) -> Iterator[None]:
    """Turn what TensorFlow raises on a damaged checkpoint into a ``DataError``."""
    tf = import_tensorflow()
    try:
        yield
    except (tf.errors.OpError, ValueError, RuntimeError, IndexError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            f"{prefix.name} cannot be read as a TensorFlow checkpoint, is it whole? {reason}"
        ) from error
