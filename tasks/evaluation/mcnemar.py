"""McNemar's test of two classifiers on the same records.

McNemar 1947, https://doi.org/10.1007/BF02295996. Only the records count that one classifier gets
right and the other wrong; if both are equally good, each falls to either side with probability 1/2.
"""

import math
from fractions import Fraction

# Up to so many, the exact sum takes less than a millisecond; above, the approximation differs from
# it by less than a thousandth.
_MOST_EXACT = 1000


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided p-value of the hypothesis that both classifiers are equally good.

    Up to 1,000 records it is exact, by the binomial distribution; for more it is that of the
    chi-squared statistic with Edwards' correction for continuity.

    Args:
        only_first: records that only the first classifier gets right.
        only_second: records that only the second classifier gets right.
    """
    discordant = only_first + only_second
    if discordant == 0:
        return 1.0
    if discordant <= _MOST_EXACT:
        fewer = min(only_first, only_second)
        tail = sum(math.comb(discordant, count) for count in range(fewer + 1))
        return min(1.0, float(Fraction(2 * tail, 2**discordant)))
    statistic = max(abs(only_first - only_second) - 1, 0) ** 2 / discordant
    # The survival function of the chi-squared distribution of one degree of freedom.
    return math.erfc(math.sqrt(statistic / 2))
