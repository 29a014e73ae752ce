import dataclasses

import pytest

from tasks.networks.inception import INCEPTION_V1
from tasks.networks.network import Network


def test_the_image_size_is_that_of_the_preprocessing() -> None:
    preprocessing = dataclasses.replace(INCEPTION_V1.preprocessing, size=96)
    assert dataclasses.replace(INCEPTION_V1, preprocessing=preprocessing).image_size == 96


def test_equal_records_are_one_key() -> None:
    """What is found by building a network is kept by its record."""
    assert hash(dataclasses.replace(INCEPTION_V1)) == hash(INCEPTION_V1)


def test_nobody_can_change_a_record(tiny_network: Network) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        tiny_network.feature_size = 7  # type: ignore[misc]  # what mypy refuses is the point
