import json
from collections.abc import Callable
from typing import Any

from tasks.networks.registry import NETWORKS

Graft = Callable[..., Any]


def test_every_network_has_a_line(graft: Graft) -> None:
    ran = graft("networks")
    assert ran.exit_code == 0
    head, *lines = ran.stdout.splitlines()
    assert head.split()[:4] == ["network", "size", "features", "GFLOPs"]
    assert [line.split()[0] for line in lines] == list(NETWORKS)
    assert lines[0].split() == ["inception_v1", "224", "1,024", "2.99", "5.6", "0.698", "whole"]
    assert "vgg_16                  224    4,096   30.90     134.3    0.715  shorter side" in (
        ran.stdout
    )


def test_as_json_with_the_archives(graft: Graft) -> None:
    found = json.loads(graft("networks", "--json").stdout)
    assert list(found) == list(NETWORKS)
    assert found["mobilenet_v1"]["checkpoint_url"] == NETWORKS["mobilenet_v1"].checkpoint_url
    assert found["mobilenet_v1"]["preprocessing"]["crop"] == 0.875
