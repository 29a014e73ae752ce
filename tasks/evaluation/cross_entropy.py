"""Cross entropy of logits: the log loss of each record."""

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]


def cross_entropy(logits: Float64Array, label: npt.NDArray[np.int64]) -> Float64Array:
    """Return the negative log-probability of every record's label, float64 ``[records]``.

    Args:
        logits: of every class, float64 ``[records, classes]``.
        label: class of every record, from 0, ``[records]``.
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    of_label = shifted[np.arange(len(label)), label]
    return np.asarray(np.log(np.exp(shifted).sum(axis=1)) - of_label)
