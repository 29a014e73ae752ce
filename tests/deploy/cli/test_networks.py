import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.slim_library import write_library
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


def test_the_library_in_slim_path_follows(graft: Graft, tmp_path: Path) -> None:
    library = write_library(tmp_path)
    lines = graft("networks", SLIM_PATH=str(library)).stdout.splitlines()[1 + len(NETWORKS) :]
    words = {line.split()[0]: line.split()[1:] for line in lines}
    assert words["slim:resnet_v2_50"] == ["0.756"]
    assert words["slim:mine"] == ["needs", "checkpoint_url"]
    assert "slim:i3d" not in words
    found = json.loads(graft("networks", "--json", SLIM_PATH=str(library)).stdout)
    assert found["slim:mine"] == {"top1": None, "checkpoint_url": None}
    assert found["slim:resnet_v2_50"]["checkpoint_url"].endswith("2017_04_14.tar.gz")


def test_a_slim_path_that_is_none_is_told(graft: Graft) -> None:
    ran = graft("networks", SLIM_PATH="/nowhere")
    assert ran.exit_code == 1
    assert "SLIM_PATH is '/nowhere', and there is no such folder" in ran.stderr
