import pytest

from tasks.networks.registry import get_network
from tasks.networks.structure import network_end_points, network_variables


@pytest.mark.parametrize(
    ("name", "features"),
    [("mobilenet_v2", 1280), ("mobilenet_v2_0.35_96", 1280), ("mobilenet_v2_1.4_224", 1792)],
)
def test_the_last_layer_grows_and_does_not_shrink(name: str, features: int) -> None:
    network = get_network(name)
    assert network.feature_size == features
    assert network_variables(network)["MobilenetV2/Conv_1/weights"][3] == features


def test_channels_are_multiples_of_8_that_lose_no_tenth() -> None:
    """Widths of 0.35 from ``_make_divisible`` of TF-Slim: 16 becomes 8, 24 becomes 8, 32 16."""
    variables = network_variables(get_network("mobilenet_v2_0.35_96"))
    names = ["expanded_conv", *(f"expanded_conv_{number}" for number in (1, 3, 6, 10, 13, 16))]
    channels = [variables[f"MobilenetV2/{name}/project/weights"][3] for name in names]
    assert channels == [8, 8, 16, 24, 32, 56, 112]


def test_only_blocks_that_keep_the_shape_add_their_input() -> None:
    ends = network_end_points(get_network("mobilenet_v2"))
    added = [name for name, node in ends.items() if node.endswith("/add")]
    numbers = (2, 4, 5, 7, 8, 9, 11, 12, 14, 15)
    assert added == [f"expanded_conv_{number}" for number in numbers]
