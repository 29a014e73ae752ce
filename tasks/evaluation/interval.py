"""Confidence interval of a share that was counted, and an accuracy with its interval in words."""

import math

# 97.5 % of a standard normal distribution lie below.
_Z = 1.959963984540054


def wilson_interval(share: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of ``count`` independent records.

    Wilson, "Probable inference, the law of succession, and statistical inference", 1927,
    https://doi.org/10.1080/01621459.1927.10502953. Of no records, it is all from 0 to 1.

    >>> [round(bound, 3) for bound in wilson_interval(0.906, 350)]
    [0.871, 0.932]
    """
    if not count:
        return 0.0, 1.0
    square = _Z**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = share * (1 - share) / count + square / (4 * count**2)
    half = _Z / (1 + square / count) * math.sqrt(spread)
    # Rounding may put a bound of 0 or 1 on the wrong side of the share.
    return max(min(middle - half, share), 0.0), min(max(middle + half, share), 1.0)


def interval_text(share: float, count: int) -> str:
    """Return the 95 % interval of a share of ``count`` records in words.

    >>> interval_text(0.906, 350)
    '0.871 to 0.932'
    """
    low, high = wilson_interval(share, count)
    return f"{low:.3f} to {high:.3f}"


def accuracy_text(accuracy: float, count: int) -> str:
    """Return an accuracy, measured on ``count`` records, with its interval.

    >>> accuracy_text(0.906, 350)
    '0.9060 (95 %: 0.871 to 0.932)'
    """
    return f"{accuracy:.4f} (95 %: {interval_text(accuracy, count)})"
