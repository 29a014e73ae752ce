"""Answer about one picture that passes by an engine: its feature, or why it has none.

``jvm/Scoring.scala`` writes the same bytes.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

#: Letters with which an answer starts: before raw little-endian float32, and before UTF-8.
FEATURE, REASON = b"f", b"e"


def parse_answer(answer: bytes) -> tuple[npt.NDArray[np.float32] | None, str]:
    """Return the feature, float32 ``[feature_size]``, or None and the reason why there is none."""
    if answer.startswith(FEATURE):
        values: npt.NDArray[Any] = np.frombuffer(answer, "<f4", offset=1)
        return values.astype(np.float32), ""
    return None, answer.removeprefix(REASON).decode("utf-8", "backslashreplace")
