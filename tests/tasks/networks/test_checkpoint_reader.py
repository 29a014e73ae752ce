import pytest

from tasks.networks.checkpoint_reader import stored_names

NAMES = ("a/weights", "a/BatchNorm/moving_mean")
AVERAGE = "ExponentialMovingAverage"


def test_variables_have_their_own_names() -> None:
    assert stored_names(NAMES, (), averages=False) == dict(zip(NAMES, NAMES, strict=True))


@pytest.mark.parametrize("averaged", [True, False])
def test_statistics_have_averages_or_not(averaged: bool) -> None:
    found = {f"{name}/{AVERAGE}" for name in NAMES} if averaged else set()
    weights, mean = stored_names(NAMES, found, averages=True).values()
    assert weights == f"a/weights/{AVERAGE}"
    assert mean == (f"{NAMES[1]}/{AVERAGE}" if averaged else NAMES[1])
