"""The table of networks, and what every record in it must keep to."""

import re
from urllib.parse import urlsplit

import pytest

from tasks.errors import ParamsError
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.registry import NETWORKS, get_network
from tasks.networks.structure import network_end_points, network_variables
from tasks.networks.tensorflow import import_tensorflow


def test_a_network_is_found_by_its_name() -> None:
    assert get_network("inception_v1") is INCEPTION_V1


@pytest.mark.parametrize("name", ["vgg_16", "", "Inception_v1"])
def test_an_unknown_name_is_told_with_those_that_are_known(name: str) -> None:
    message = f"^network is {name!r}, expected one of 'inception_v1'$"
    with pytest.raises(ParamsError, match=message):
        get_network(name)


def test_nobody_can_change_the_table() -> None:
    with pytest.raises(TypeError):
        NETWORKS["new"] = INCEPTION_V1  # type: ignore[index]  # what mypy refuses is the point


@pytest.mark.parametrize("name", NETWORKS)
class TestEveryRecord:
    def test_is_under_its_own_name(self, name: str) -> None:
        assert re.fullmatch(r"[a-z0-9_.]+", name)
        assert NETWORKS[name].name == name

    def test_says_what_it_builds(self, name: str) -> None:
        network, tf = NETWORKS[name], import_tensorflow().compat.v1
        with tf.Graph().as_default():
            shape = [3, network.image_size, network.image_size, 3]
            features, tensors = network.build(tf.placeholder(tf.float32, shape))
        assert features.shape.as_list() == [3, 1, 1, network.feature_size]
        assert features.dtype == tf.float32
        assert set(network.end_points) <= set(tensors)

    def test_scope_begins_the_name_of_every_variable_and_end_point(self, name: str) -> None:
        network = NETWORKS[name]
        names = [*network_variables(network), *network_end_points(network).values()]
        assert {each.split("/")[0] for each in names} == {network.scope}

    def test_official_checkpoint_is_at_a_url(self, name: str) -> None:
        url = urlsplit(NETWORKS[name].checkpoint_url)
        assert url.scheme in {"http", "https"}
        assert url.path.endswith((".tar.gz", ".tgz"))
