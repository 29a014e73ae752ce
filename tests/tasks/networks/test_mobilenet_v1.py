from pathlib import Path

import pytest

from tasks.networks.checkpoint_reader import read_shapes
from tasks.networks.registry import get_network
from tasks.networks.structure import network_variables
from tasks.storage.archive import unpack


def test_variables_are_those_of_the_release(fixtures_folder: Path, tmp_path: Path) -> None:
    unpack(fixtures_folder / "mobilenet_v1_1.0_224.tgz", tmp_path)
    released = read_shapes(tmp_path / "mobilenet_v1_1.0_224.ckpt")
    variables = network_variables(get_network("mobilenet_v1"))
    assert variables.items() <= released.items()
    left = {name for name in released.keys() - variables.keys() if "Logits" not in name}
    assert left == {"global_step"}


@pytest.mark.parametrize(
    ("name", "size", "features"),
    [
        ("mobilenet_v1", 224, 1024),
        ("mobilenet_v1_0.75_160", 160, 768),
        ("mobilenet_v1_0.25_128", 128, 256),
    ],
)
def test_width_and_size_are_in_the_name(name: str, size: int, features: int) -> None:
    network = get_network(name)
    assert (network.image_size, network.feature_size) == (size, features)
    last = network_variables(network)["MobilenetV1/Conv2d_13_pointwise/weights"]
    assert last == (1, 1, features, features)


def test_the_official_archive_has_the_width_and_the_size_in_its_name() -> None:
    assert get_network("mobilenet_v1_0.5_192").checkpoint_url == (
        "http://download.tensorflow.org/models/mobilenet_v1_2018_02_22/mobilenet_v1_0.5_192.tgz"
    )
