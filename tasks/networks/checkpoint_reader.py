"""Variables of a checkpoint, read as they are or as their moving averages."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.errors import DataError
from tasks.networks.checkpoint_files import reader_name
from tasks.networks.network import Network
from tasks.networks.structure import network_variables
from tasks.networks.tensorflow import import_tensorflow

#: What ``tf.train.ExponentialMovingAverage`` adds to the name of a variable.
AVERAGE = "/ExponentialMovingAverage"
_STATISTICS = ("/moving_mean", "/moving_variance")


def read_shapes(prefix: Path) -> dict[str, tuple[int, ...]]:
    """Return name and shape of every variable in a checkpoint."""
    shapes = _open(prefix).get_variable_to_shape_map()
    return {name: tuple(shape) for name, shape in shapes.items()}


def read_weights(
    prefix: Path, network: Network, *, averages: bool = False
) -> dict[str, npt.NDArray[np.float32]]:
    """Return the variables of a checkpoint that the network's features depend on, by name.

    Args:
        prefix: the checkpoint, as TensorFlow names it.
        network: the one whose variables are read.
        averages: whether to read their moving averages instead.

    Raises:
        DataError: the checkpoint is truncated or damaged.
    """
    found = read_shapes(prefix) if averages else {}
    stored = stored_names(network_variables(network), found, averages=averages)
    values = read_values(prefix, stored.values())
    return {name: values[place] for name, place in stored.items()}


def read_values(prefix: Path, names: Iterable[str]) -> dict[str, npt.NDArray[np.float32]]:
    """Return the values of variables by name.

    Raises:
        DataError: the checkpoint is truncated or damaged.
    """
    reader = _open(prefix)
    with _damage(prefix):
        return {name: reader.get_tensor(name) for name in names}


def stored_names(names: Iterable[str], found: Collection[str], *, averages: bool) -> dict[str, str]:
    """Return the name under which a checkpoint has each variable.

    Statistics of batch normalisation are averages already. Where a checkpoint has no average of
    them, as ``ExponentialMovingAverage.variables_to_restore`` expects, they are taken as they are.

    Args:
        names: the variables'.
        found: all names in the checkpoint.
        averages: whether the moving averages are meant.
    """
    if not averages:
        return {name: name for name in names}
    return {
        name: name
        if name.endswith(_STATISTICS) and f"{name}{AVERAGE}" not in found
        else f"{name}{AVERAGE}"
        for name in names
    }


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
