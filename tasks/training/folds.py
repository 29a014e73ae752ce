"""Parts of the training records, by the content of the pictures.

A record's part depends on its picture alone: it stays when records come, go or change their order,
and equal pictures are in the same part.
"""

import numpy as np
import numpy.typing as npt

_HEX_DIGITS = 15


def fold_of(digest: npt.NDArray[np.bytes_], folds: int) -> npt.NDArray[np.int64]:
    """Return the part of every record, from 0, int64 ``[records]``.

    Args:
        digest: SHA-256 of each picture as hexadecimal digits, ``[records]``.
        folds: how many parts there are.
    """
    # 15 digits are 60 bits: what int64 holds, and too many for a remainder to favour a part.
    numbers = [int(text[:_HEX_DIGITS], 16) for text in digest.tolist()]
    return np.array(numbers, np.int64) % folds
