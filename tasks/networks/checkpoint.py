"""Unpacks a pretrained checkpoint, finds it and checks it against its network."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.networks.checkpoint_checks import (
    check_gammas,
    check_values,
    check_variables,
    uses_averages,
)
from tasks.networks.checkpoint_files import find_prefix, is_averaged
from tasks.networks.checkpoint_reader import read_shapes, read_weights
from tasks.networks.checkpoint_source import CheckpointSource, file_source
from tasks.networks.network import Network
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.local_files import read_json_file, write_json

CHECKPOINT_JSON = "checkpoint.json"
_LAYOUT = 1


def fetch_checkpoint(
    archive: Path, archive_sha256: str, network: Network, checkpoints: Path, *, ema: bool = False
) -> LocalArtifact:
    """Unpack a checkpoint's archive below ``checkpoints`` and check it against ``network``.

    Args:
        archive: an archive with one ``*.ckpt``: a single file (TensorFlow's V1 format) or
            ``.index`` and ``.data-*`` files (V2); or a training folder of TF-Slim, whose file
            ``checkpoint`` names the newest; or a single file without an archive.
        archive_sha256: the archive's digest, which names the artefact.
        network: the one whose variables the checkpoint must have.
        checkpoints: where checkpoints live.
        ema: whether the moving averages of the variables are meant.

    Raises:
        DataError: no checkpoint, more than one, a truncated one, another network's, or one with
            values that no training leaves or that the network would ignore.
    """
    return keep_checkpoint(file_source(archive, archive_sha256), network, checkpoints, ema=ema)


def keep_checkpoint(
    source: CheckpointSource, network: Network, checkpoints: Path, *, ema: bool = False
) -> LocalArtifact:
    """Put a checkpoint's files below ``checkpoints`` and check them, as ``fetch_checkpoint`` does.

    Args:
        source: the files among which the checkpoint is.
        network: the one whose variables the checkpoint must have.
        checkpoints: where checkpoints live.
        ema: whether the moving averages of the variables are meant.
    """

    def make(folder: Path) -> None:
        prefix = find_prefix(source.name, source.put(folder), folder, ema=ema)
        averages = _check(source.name, folder, prefix, network, ema=ema)
        fields: dict[str, Any] = {"checkpoint": prefix, "archive_sha256": source.sha256}
        write_json(folder / CHECKPOINT_JSON, fields | ({"averages": True} if averages else {}))

    recipe = {"archive": source.sha256, "network": network.identity, "layout": _LAYOUT}
    return build(checkpoints, recipe | ({"ema": True} if ema else {}), make)


def prefix_of(checkpoint: Path) -> Path:
    """Return the checkpoint in a folder that ``fetch_checkpoint`` made, as TensorFlow names it."""
    fields = read_json_file(checkpoint / CHECKPOINT_JSON)
    return checkpoint / str(fields["checkpoint"])


def load_weights(checkpoint: Path, network: Network) -> dict[str, npt.NDArray[np.float32]]:
    """Return the variables that a network's features depend on, by name.

    Args:
        checkpoint: folder that ``fetch_checkpoint`` made for ``network``.
        network: the one whose variables are read.

    Raises:
        DataError: the checkpoint is truncated or damaged.
    """
    fields = read_json_file(checkpoint / CHECKPOINT_JSON)
    averages = bool(fields.get("averages"))
    return read_weights(prefix_of(checkpoint), network, averages=averages)


def _check(name: str, folder: Path, prefix: str, network: Network, *, ema: bool) -> bool:
    """Check a checkpoint against its network; return whether its moving averages are read."""
    path, where = folder / prefix, name if prefix == name else f"{name}: {prefix}"
    shapes = read_shapes(path)
    averages = uses_averages(where, shapes, network, ema=ema, averaged=is_averaged(prefix))
    check_variables(name, shapes, network, averages=averages)
    check_gammas(where, path, shapes, network, averages=averages)
    # Read every value once: the index may be whole and the data behind it truncated.
    check_values(where, read_weights(path, network, averages=averages))
    return averages
