"""Checks that a checkpoint is one of its network, with values that a training leaves."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.errors import DataError
from tasks.networks.checkpoint_reader import AVERAGE, read_values, stored_names
from tasks.networks.network import Network
from tasks.networks.structure import network_variables

logger = logging.getLogger(__name__)

_SHOWN = 3
_GAMMA = "/gamma"


def uses_averages(
    where: str, found: Mapping[str, tuple[int, ...]], network: Network, *, ema: bool, averaged: bool
) -> bool:
    """Return whether the checkpoint's moving averages are to be read in place of its variables.

    Args:
        where: the checkpoint's name, for messages.
        found: shapes of its variables by name.
        network: the one whose features need them.
        ema: whether averages are asked for.
        averaged: whether the variables are averages themselves.
    """
    has = any(f"{name}{AVERAGE}" in found for name in network_variables(network))
    if has and not ema:
        logger.info("%s has moving averages, which are not used; ema: true uses them", where)
    if ema and averaged and not has:
        logger.info("%s holds moving averages in place of the variables", where)
        return False
    return ema


def check_variables(
    where: str, found: Mapping[str, tuple[int, ...]], network: Network, *, averages: bool = False
) -> None:
    """Raise a ``DataError`` that names the first variables that a checkpoint lacks.

    Args:
        where: where the checkpoint came from, for the message.
        found: shapes of the checkpoint's variables by name.
        network: the one whose features need them.
        averages: whether moving averages are needed.
    """
    needed = network_variables(network)
    stored = stored_names(needed, found, averages=averages)
    problems = [
        f"{place} is {found[place]} instead of {needed[name]}"
        if place in found
        else f"{place} is missing"
        for name, place in stored.items()
        if found.get(place) != needed[name]
    ]
    if problems:
        shown = "; ".join(problems[:_SHOWN])
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        kind = "is not a checkpoint"
        if averages:
            kind = "has no moving averages, which ema: true asks for,"
        raise DataError(
            f"{where} {kind} of {network.name}, whose features need "
            f"{len(needed)} variables: {shown}{more}"
        )
    kind = "moving averages" if averages else "variables"
    logger.info("%s has all %d %s of %s", where, len(needed), kind, network.name)


def check_gammas(
    where: str,
    prefix: Path,
    found: Mapping[str, tuple[int, ...]],
    network: Network,
    *,
    averages: bool,
) -> None:
    """Raise a ``DataError`` that names a factor of batch normalisation that would be ignored.

    A network without ``scale`` has no gammas. A checkpoint may have them where all are 1.

    Args:
        where: where the checkpoint came from, for the message.
        prefix: the checkpoint, as TensorFlow names it.
        found: shapes of its variables by name.
        network: the one that is to be built from it.
        averages: whether moving averages are read.
    """
    needed = network_variables(network)
    layers = {name.rpartition("/")[0] for name in needed if name.endswith("/moving_variance")}
    ignored = sorted(
        name
        for name in found
        if name.endswith(_GAMMA) and name not in needed and name.removesuffix(_GAMMA) in layers
    )
    stored = {
        name: f"{name}{AVERAGE}" if averages and f"{name}{AVERAGE}" in found else name
        for name in ignored
    }
    values = read_values(prefix, stored.values())
    for name, place in stored.items():
        if (values[place] != 1).any():
            raise DataError(
                f"{where}: {name} would be ignored, for {network.name} is built without it; its "
                f"values are {values[place].min():.6g} to {values[place].max():.6g}, expected 1"
            )


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
