import dataclasses
from pathlib import Path

import pytest

from support.slim_library import write_library
from tasks.errors import ParamsError, SetupError
from tasks.networks.recipe import inception, vgg
from tasks.networks.registry import get_network
from tasks.networks.slim_network import library_network
from tasks.networks.structure import network_end_points, network_variables
from tasks.networks.tensorflow import import_tensorflow


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLIM_PATH", str(tmp_path / "slim"))
    return write_library(tmp_path / "slim")


def test_a_record_is_made_from_the_librarys_own_function(folder: Path) -> None:
    network = get_network("slim:inception_mini")
    assert (network.name, network.preprocessing) == ("slim:inception_mini", inception(32))
    assert (network.feature_size, network.checkpoint_url) == (5, None)
    assert list(network_end_points(network)) == ["a", "b"]
    assert network_variables(network)["Mini/b/weights"] == (3, 3, 3, 5)
    assert network is get_network("slim:inception_mini")


@pytest.mark.parametrize("name", ["vgg_flat", "inception_mini"])
def test_features_have_one_shape(folder: Path, name: str) -> None:
    network, tf = library_network(f"slim:{name}"), import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        size = network.image_size
        features, _ = network.build(tf.placeholder(tf.float32, [2, size, size, 3]))
    assert features.shape.as_list() == [2, 1, 1, 5]
    # What BigDL's loader reads.
    assert "VariableV2" in {node.op for node in graph.as_graph_def().node}
    assert "VarHandleOp" not in {node.op for node in graph.as_graph_def().node}


def test_preprocessing_is_the_networks_own(folder: Path) -> None:
    assert library_network("slim:vgg_flat").preprocessing == vgg(48)
    assert library_network("slim:mine").preprocessing == vgg(32)
    resnet = library_network("slim:resnet_v2_50")
    assert resnet.preprocessing == inception(299)
    assert resnet.checkpoint_url
    assert resnet.top1 == 0.756


def test_other_code_is_another_network(folder: Path) -> None:
    first = library_network("slim:mine")
    path = folder / "nets" / "mini.py"
    path.write_text(
        path.read_text().replace("net = slim.conv2d(first, 5", "net = slim.conv2d(first, 7")
    )
    second = library_network("slim:mine")
    assert (first.feature_size, second.feature_size) == (5, 7)
    assert first.identity != second.identity
    assert first.identity.startswith("slim:mine@")
    assert dataclasses.replace(first, preprocessing=vgg(64)).identity == first.identity


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("i3d", ParamsError, "^slim:i3d takes videos, expected a network that takes pictures$"),
        ("none", ParamsError, "^network is 'slim:none', which is not in networks_map of /"),
        ("unlisted", ParamsError, "^slim:unlisted has no preprocessing: list it in preproc"),
        ("lenet", ParamsError, "^slim:lenet is preprocessed by lenet_preprocessing, expected"),
        ("inception_sizeless", SetupError, "^slim:inception_sizeless has no default_image_size in"),
        (
            "inception_map",
            SetupError,
            r"^slim:inception_map gives features of shape \[None, 2, 2, 5\], expected \[batch, n",
        ),
        (
            "inception_broken",
            SetupError,
            r"^slim:inception_broken cannot be built by the library in /.*: KeyError: 'no such\\n",
        ),
    ],
)
def test_a_network_that_cannot_be_used(
    folder: Path, name: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        library_network(f"slim:{name}")


def test_without_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLIM_PATH", raising=False)
    with pytest.raises(
        SetupError, match=r"^SLIM_PATH is not set, expected the folder research/slim"
    ):
        get_network("slim:inception_v4")
