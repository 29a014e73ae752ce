"""Confidence interval of a share that was counted."""

import math

# 97.5 % of a standard normal distribution lie below.
_Z = 1.959963984540054


def wilson_interval(share: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of ``count`` independent records.

    Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

    >>> [round(bound, 3) for bound in wilson_interval(0.906, 350)]
    [0.871, 0.932]
    """
    square = _Z**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = share * (1 - share) / count + square / (4 * count**2)
    half = _Z / (1 + square / count) * math.sqrt(spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)
