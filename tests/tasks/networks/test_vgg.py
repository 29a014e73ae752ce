from tasks.networks.registry import get_network
from tasks.networks.structure import network_end_points, network_variables


def test_features_are_those_of_the_last_hidden_layer() -> None:
    network = get_network("vgg_16")
    variables = network_variables(network)
    assert variables["vgg_16/fc7/weights"] == (1, 1, 4096, 4096)
    assert not any("fc8" in name for name in variables)
    assert list(network_end_points(network))[-1] == "vgg_16/fc6"
