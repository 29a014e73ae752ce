import json
from collections.abc import Callable
from typing import Any

from tasks.features.memory import memory_needs
from tasks.networks.registry import NETWORKS

Graft = Callable[..., Any]


def test_every_network_has_a_line(graft: Graft) -> None:
    ran = graft("networks")
    assert ran.exit_code == 0
    head, *lines = ran.stdout.splitlines()
    assert head.split()[:4] == ["network", "size", "features", "GFLOPs"]
    assert [line.split()[0] for line in lines] == list(NETWORKS)
    rows = {line.split()[0]: line.split() for line in lines}
    assert rows["inception_v1"] == [
        *("inception_v1", "224", "1,024", "2.99", "5.6"),
        *(gib("inception_v1"), "0.698", "whole"),
    ]
    assert rows["vgg_16"][1:8] == [
        *("224", "4,096", "30.90", "134.3"),
        *(gib("vgg_16"), "0.715", "shorter"),
    ]


def gib(name: str) -> str:
    weights = NETWORKS[name].parameters * 4e6 / 2**20
    return f"{memory_needs('bigdl', weights, cores=1).total / 1024:.1f}"


def test_as_json_with_the_archives(graft: Graft) -> None:
    found = json.loads(graft("networks", "--json").stdout)
    assert list(found) == list(NETWORKS)
    assert found["mobilenet_v1"]["checkpoint_url"] == NETWORKS["mobilenet_v1"].checkpoint_url
    assert found["mobilenet_v1"]["preprocessing"]["crop"] == 0.875
    needs = found["mobilenet_v1"]["executor_mib"]
    assert set(needs) == {"bigdl", "tensorflow"}
    assert needs["bigdl"]["heap"] < found["vgg_16"]["executor_mib"]["bigdl"]["heap"]
