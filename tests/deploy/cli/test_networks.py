import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.slim_library import write_library
from tasks.features.memory import memory_needs
from tasks.networks.table import NETWORKS

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
    weights = (NETWORKS[name].parameters or 0) * 4e6 / 2**20
    return f"{memory_needs('bigdl', weights, cores=1).total / 1024:.1f}"


def test_as_json_with_the_archives(graft: Graft) -> None:
    found = json.loads(graft("networks", "--json").stdout)
    assert list(found) == list(NETWORKS)
    assert found["mobilenet_v1"]["checkpoint_url"] == NETWORKS["mobilenet_v1"].checkpoint_url
    assert found["mobilenet_v1"]["preprocessing"]["crop"] == 0.875
    needs = found["mobilenet_v1"]["executor_mib"]
    assert set(needs) == {"bigdl", "tensorflow"}
    assert needs["bigdl"]["heap"] < found["vgg_16"]["executor_mib"]["bigdl"]["heap"]


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
