import re
from collections.abc import Callable
from typing import Any

import pytest

from tasks.errors import ParamsError
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.table import NETWORKS
from tasks.params.definitions import RunParams
from tasks.params.network import FeatureParams, NetworkParams


def test_defaults_are_the_official_weights() -> None:
    params = NetworkParams()
    assert (params.network, params.checkpoint_url) == ("inception_v1", None)
    assert params.checkpoint == INCEPTION_V1.checkpoint_url
    assert NetworkParams(network="vgg_16").checkpoint == NETWORKS["vgg_16"].checkpoint_url
    assert NetworkParams(checkpoint_url="file:///mine.tar").checkpoint == "file:///mine.tar"
    assert params.checkpoint_sha256 is None
    assert params.dump_batch_size == 32


def test_a_network_of_the_library_by_its_name() -> None:
    params = NetworkParams(network="slim:inception_v4")
    assert params.checkpoint.endswith("models/inception_v4_2016_09_09.tar.gz")
    with pytest.raises(
        ParamsError, match=r"^checkpoint_url is empty and no checkpoint of slim:mine"
    ):
        _ = NetworkParams(network="slim:mine").checkpoint
    own = NetworkParams(network="slim:mine", checkpoint_url="/home/me/train")
    assert own.checkpoint == "/home/me/train"


def test_the_schema_knows_both_kinds_of_names() -> None:
    table, library = NetworkParams.model_json_schema()["properties"]["network"]["anyOf"]
    assert table["enum"] == [*NETWORKS, "file"]
    assert re.search(library["pattern"], "slim:inception_v4")


def test_defaults_of_the_engine() -> None:
    params = FeatureParams()
    assert (params.feature_engine, params.parity_records) == ("auto", 64)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("network", "vgg_17", "network is 'vgg_17', expected to be 'inception_v1', 'inception_v2'"),
        (
            "network",
            "slim:../x",
            "network is 'slim:../x', expected to be 'inception_v1', 'inceptio",
        ),
        ("checkpoint_url", "a b://c", "checkpoint_url is 'a b://c', expected a URL such as"),
        ("checkpoint_sha256", "A" * 64, f"checkpoint_sha256 is '{'A' * 64}', expected 64 digits"),
        ("dump_batch_size", 0, "dump_batch_size is 0, expected to be greater than or equal to 1"),
        ("dump_batch_size", 1025, "dump_batch_size is 1025, expected to be less than or equal to"),
        (
            "feature_engine",
            "torch",
            "feature_engine is 'torch', expected to be 'auto', 'bigdl' or 'tensorflow'",
        ),
        ("parity_records", -1, "parity_records is -1, expected to be greater than or equal to 0"),
        ("parity_records", 100_001, "parity_records is 100001, expected to be less than or equal"),
    ],
)
def test_bad_values(name: str, value: Any, message: str, refusal: Callable[..., str]) -> None:
    section = NetworkParams if name in NetworkParams.model_fields else FeatureParams
    for model in (section, RunParams):
        assert refusal(model, name, value).startswith(message)
