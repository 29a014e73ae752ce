"""The table of networks, and what every record in it must keep to."""

import re
from urllib.parse import urlsplit

import numpy as np
import pytest

from tasks.errors import ParamsError
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.registry import get_network
from tasks.networks.structure import network_end_points, network_variables
from tasks.networks.table import NETWORKS
from tasks.networks.tensorflow import import_tensorflow


def test_a_network_is_found_by_its_name() -> None:
    assert get_network("inception_v1") is INCEPTION_V1


@pytest.mark.parametrize("name", ["vgg_17", "", "Inception_v1"])
def test_an_unknown_name_is_told_with_those_that_are_known(name: str) -> None:
    message = f"^network is {name!r}, expected one of 'inception_v1', 'inception_v2', "
    with pytest.raises(ParamsError, match=message):
        get_network(name)


def test_nobody_can_change_the_table() -> None:
    with pytest.raises(TypeError):
        NETWORKS["new"] = INCEPTION_V1  # type: ignore[index]  # what mypy refuses is the point


@pytest.mark.parametrize("name", NETWORKS)
def test_every_record_is_under_its_own_name(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9_.]+", name)
    assert NETWORKS[name].name == name


#: MobileNet of other sizes has the same code and the same variables.
BUILT = [name for name in NETWORKS if not re.search(r"_(192|160|128|96)$", name)]


@pytest.mark.parametrize("name", BUILT)
class TestEveryRecord:
    def test_says_what_it_builds(self, name: str) -> None:
        network, tf = NETWORKS[name], import_tensorflow().compat.v1
        with tf.Graph().as_default():
            shape = [3, network.image_size, network.image_size, 3]
            features, tensors = network.build(tf.placeholder(tf.float32, shape))
        assert features.shape.as_list() == [3, 1, 1, network.feature_size]
        assert features.dtype == tf.float32
        assert set(network_end_points(network)) <= set(tensors)

    def test_scope_begins_the_name_of_every_variable_and_end_point(self, name: str) -> None:
        network = NETWORKS[name]
        names = [*network_variables(network), *network_end_points(network).values()]
        assert {each.split("/")[0] for each in names} == {network.scope}

    def test_parameters_are_those_of_its_variables(self, name: str) -> None:
        network = NETWORKS[name]
        shapes = network_variables(network)
        trained = sum(np.prod(shapes[name]) for name in shapes if "/moving_" not in name)
        # Published in millions with two digits, with MobileNet v2's in other words.
        assert trained / 1e6 == pytest.approx(network.parameters, rel=0.06)

    def test_official_checkpoint_is_at_a_url(self, name: str) -> None:
        url = urlsplit(NETWORKS[name].checkpoint_url)
        assert url.scheme in {"http", "https"}
        assert url.path.endswith((".tar.gz", ".tgz"))
