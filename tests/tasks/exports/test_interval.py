import math

import pytest

from tasks.exports.interval import wilson_interval


@pytest.mark.parametrize(("share", "count"), [(0.5, 10), (0.0, 10), (1.0, 7), (0.9, 1000)])
def test_a_bound_is_as_far_off_as_its_own_deviation_allows(share: float, count: int) -> None:
    """The definition: the shares ``p`` with ``|share - p| = z sqrt(p (1 - p) / count)``."""
    low, high = wilson_interval(share, count)
    assert 0 <= low <= share <= high <= 1
    for bound in (low, high):
        deviation = math.sqrt(bound * (1 - bound) / count)
        assert abs(share - bound) == pytest.approx(1.959964 * deviation, abs=1e-6)
