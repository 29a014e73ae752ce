from dataclasses import replace
from unittest.mock import Mock

import pytest

from tasks.networks.network import Network
from tasks.networks.structure import network_end_points, network_variables


def test_variables_of_all_layers_with_their_shapes(tiny_network: Network) -> None:
    assert network_variables(tiny_network) == {
        "Tiny/a/weights": (3, 3, 3, 4),
        "Tiny/b/weights": (3, 3, 4, 6),
        **{
            f"Tiny/{layer}/BatchNorm/{variable}": (size,)
            for layer, size in (("a", 4), ("b", 6))
            for variable in ("beta", "moving_mean", "moving_variance")
        },
    }


def test_end_points_are_the_layers_before_the_features_in_order(
    tiny_network: Network,
) -> None:
    """The build's own tensors hold the features, too, and a layer that they do not depend on."""
    assert list(network_end_points(tiny_network).items()) == [
        ("a", "Tiny/a/Relu"),
        ("b", "Tiny/b/Relu"),
    ]


def test_a_network_is_built_once(tiny_network: Network) -> None:
    build = Mock(side_effect=tiny_network.build)
    counted = replace(tiny_network, name="counted", build=build)
    assert network_variables(counted) == network_variables(tiny_network)
    network_end_points(counted)
    assert build.call_count == 1


def test_nobody_can_change_them(tiny_network: Network) -> None:
    with pytest.raises(TypeError):
        network_variables(tiny_network)["new"] = ()  # type: ignore[index]  # the point
    with pytest.raises(TypeError):
        network_end_points(tiny_network)["new"] = ""  # type: ignore[index]  # the point
