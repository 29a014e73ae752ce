"""The checks by themselves; what a user sees of them is in test_checkpoint.py."""

import numpy as np
import pytest

from tasks.errors import DataError
from tasks.networks.checkpoint_checks import check_values, check_variables, uses_averages
from tasks.networks.network import Network
from tasks.networks.structure import network_variables


def test_a_variable_of_another_shape_is_told(tiny_network: Network) -> None:
    found = {**network_variables(tiny_network), "Tiny/b/weights": (3, 3, 4, 7)}
    message = r"8 variables: Tiny/b/weights is \(3, 3, 4, 7\) instead of \(3, 3, 4, 6\)$"
    with pytest.raises(DataError, match=message):
        check_variables("a.tar", found, tiny_network)


@pytest.mark.parametrize(
    ("ema", "averaged", "expected"),
    [(False, False, False), (False, True, False), (True, True, False), (True, False, True)],
)
def test_averages_in_place_of_variables_have_no_names_of_their_own(
    tiny_network: Network, ema: bool, averaged: bool, expected: bool
) -> None:
    found = network_variables(tiny_network)
    assert uses_averages("a", found, tiny_network, ema=ema, averaged=averaged) is expected


def test_a_value_that_is_finite_passes() -> None:
    check_values("a", {"b/weights": np.ones(2, np.float32)})
