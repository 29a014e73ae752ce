import pytest

from tasks.exports.interval import wilson_interval


@pytest.mark.parametrize(
    ("share", "count", "bounds"),
    [
        # By statsmodels' proportion_confint(method="wilson").
        (0.5, 10, (0.2365931, 0.7634069)),
        (0.0, 10, (0.0, 0.2775328)),
        (1.0, 10, (0.7224672, 1.0)),
        (0.9, 1000, (0.8798406, 0.9171089)),
    ],
)
def test_known_intervals(share: float, count: int, bounds: tuple[float, float]) -> None:
    assert wilson_interval(share, count) == pytest.approx(bounds, abs=1e-6)
