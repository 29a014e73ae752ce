"""The training records that are set aside to judge epochs by: a tenth, by the pictures' content.

The validation records have no say in which epoch is kept, so that their accuracy is no choice of
the luckiest.
"""

import numpy as np
import numpy.typing as npt

from tasks.features.store import Features, read_features
from tasks.training.folds import fold_of

#: One of so many parts is set aside.
PARTS = 10


def trained_on(features: Features) -> Features:
    """Return the records that are trained on."""
    return features.take(np.flatnonzero(~_is_aside(features)))


def set_aside(features: Features) -> Features:
    """Return the records that are set aside."""
    return features.take(np.flatnonzero(_is_aside(features)))


def read_trained_on(file: bytes) -> Features:
    """Read the records that are trained on from the content of a file of features."""
    return trained_on(read_features(file))


def read_set_aside(file: bytes) -> Features:
    """Read the records that are set aside from the content of a file of features."""
    return set_aside(read_features(file))


def _is_aside(features: Features) -> npt.NDArray[np.bool_]:
    is_aside: npt.NDArray[np.bool_] = fold_of(features.digest, PARTS) == 0
    return is_aside
