from collections.abc import Callable
from pathlib import Path
from typing import Any

from tasks.model_files.network import SCOPE, WEIGHTS
from tasks.networks.network import Network
from tasks.networks.recipe import PREPROCESSINGS
from tasks.networks.structure import network_end_points, network_variables


def test_a_network_is_what_its_file_says(converted: Callable[..., Network], saved: Any) -> None:
    network = converted(saved.files["Keras file"], preprocessing="keras:tf")
    assert (network.name, network.feature_size) == ("file:tiny.keras", 8)
    assert network.preprocessing == PREPROCESSINGS["keras:tf"](40)


def test_weights_are_variables_and_end_points_nodes(
    converted: Callable[..., Network], saved: Any
) -> None:
    network = converted(saved.files["frozen graph"])
    variables = network_variables(network)
    assert all(name.startswith(f"{WEIGHTS}/") for name in variables)
    # Three kernels with a bias each, and the convolutions' own biases before two of them.
    assert sorted(len(shape) for shape in variables.values()) == [1, 1, 1, 1, 1, 4, 4, 4]
    nodes = network_end_points(network)
    assert list(nodes.values()) == [f"{SCOPE}/{name}" for name in nodes]
    assert list(nodes)[-1].endswith("Relu")


def test_the_graph_is_small_without_its_weights(
    converted: Callable[..., Network], saved: Any, tmp_path: Path
) -> None:
    converted(saved.files["frozen graph"])
    (graph,) = tmp_path.rglob("graph.pb")
    assert graph.stat().st_size < 20_000
