"""Unpacks a pretrained checkpoint, finds it and checks it against its network."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.errors import DataError
from tasks.networks.checkpoint_files import find_prefix, reader_name
from tasks.networks.network import Network
from tasks.networks.structure import network_variables
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.archive import unpack
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.local_files import read_json_file, write_json
from tasks.storage.proof import require_content

logger = logging.getLogger(__name__)

CHECKPOINT_JSON = "checkpoint.json"
_LAYOUT = 1
_SHOWN = 3


def fetch_checkpoint(
    archive: Path, archive_sha256: str, network: Network, checkpoints: Path
) -> LocalArtifact:
    """Unpack a checkpoint's archive below ``checkpoints`` and check it against ``network``.

    Args:
        archive: an archive with one ``*.ckpt``: a single file (TensorFlow's V1 format) or
            ``.index`` and ``.data-*`` files (V2); or a training folder of TF-Slim, whose file
            ``checkpoint`` names the newest.
        archive_sha256: the archive's digest, which names the artefact.
        network: the one whose variables the checkpoint must have.
        checkpoints: where checkpoints live.

    Raises:
        DataError: no checkpoint, more than one, a truncated one, another network's, or one with
            values that no training leaves.
    """

    def make(folder: Path) -> None:
        require_content(archive, archive_sha256)
        prefix = find_prefix(archive.name, unpack(archive, folder), folder)
        check_variables(archive, read_shapes(folder / prefix), network)
        # Read every value once: the index may be whole and the data behind it truncated.
        check_values(f"{archive.name}: {prefix}", read_weights(folder / prefix, network))
        write_json(
            folder / CHECKPOINT_JSON, {"checkpoint": prefix, "archive_sha256": archive_sha256}
        )

    recipe = {"archive": archive_sha256, "network": network.name, "layout": _LAYOUT}
    return build(checkpoints, recipe, make)


def prefix_of(checkpoint: Path) -> Path:
    """Return the checkpoint in a folder that ``fetch_checkpoint`` made, as TensorFlow names it."""
    fields = read_json_file(checkpoint / CHECKPOINT_JSON)
    return checkpoint / str(fields["checkpoint"])


def read_shapes(prefix: Path) -> dict[str, tuple[int, ...]]:
    """Return name and shape of every variable in a checkpoint."""
    shapes = _open(prefix).get_variable_to_shape_map()
    return {name: tuple(shape) for name, shape in shapes.items()}


def read_weights(prefix: Path, network: Network) -> dict[str, npt.NDArray[np.float32]]:
    """Return the variables of a checkpoint that the network's features depend on, by name.

    Raises:
        DataError: the checkpoint is truncated or damaged.
    """
    reader = _open(prefix)
    names = network_variables(network)
    with _damage(prefix):
        return {name: reader.get_tensor(name) for name in names}


def check_variables(archive: Path, found: Mapping[str, tuple[int, ...]], network: Network) -> None:
    """Raise a ``DataError`` that names the first variables that a checkpoint lacks.

    Args:
        archive: where the checkpoint came from, for the message.
        found: shapes of the checkpoint's variables by name.
        network: the one whose features need them.
    """
    needed = network_variables(network)
    problems = [
        f"{name} is {found[name]} instead of {shape}" if name in found else f"{name} is missing"
        for name, shape in needed.items()
        if found.get(name) != shape
    ]
    if problems:
        shown = "; ".join(problems[:_SHOWN])
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise DataError(
            f"{archive.name} is not a checkpoint of {network.name}, whose features need "
            f"{len(needed)} variables: {shown}{more}"
        )
    logger.info("%s has all %d variables of %s", archive.name, len(needed), network.name)


def check_values(where: str, weights: Mapping[str, npt.NDArray[Any]]) -> None:
    """Raise a ``DataError`` that names the first variable with a value that no training leaves.

    Args:
        where: archive and checkpoint, for the message.
        weights: the variables' values by name.
    """
    for name, value in weights.items():
        problem = _problem(name, value)
        if problem:
            raise DataError(f"{where}: the variable {name} {problem}")


def _problem(name: str, value: npt.NDArray[Any]) -> str | None:
    if value.dtype != np.float32:
        return f"holds {value.dtype}, expected float32"
    for found, of in ((np.isnan(value), "NaN"), (np.isinf(value), "infinity")):
        if found.any():
            count = np.count_nonzero(found)
            return f"holds {of} in {count:,} of {value.size:,} values, expected finite numbers"
    if name.endswith("/moving_variance") and value.min(initial=0) < 0:
        return f"is a variance and holds {value.min():g}, expected 0 or more"
    return None


def _open(prefix: Path) -> Any:
    with _damage(prefix):
        return import_tensorflow().compat.v1.train.NewCheckpointReader(reader_name(prefix))


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
