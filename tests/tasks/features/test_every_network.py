"""Every network of the table: its graph, as a dump has it, read by the bigdl engine.

Weights are random, and those of convolutions absent: reading a graph needs their shapes only, so
that networks of hundreds of megabytes cost no more than others.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.dumps.bigdl_graph import bigdl_refusal
from tasks.dumps.description import GRAPH, TENSORS, Dump, read_dump
from tasks.dumps.graph import build_graph
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.bridge import Bridge
from tasks.networks.table import NETWORKS
from tasks.spark.jvm import save_tensors

#: MobileNets of all widths and sizes are the same code: the smallest of each stand for all.
BUILT = [
    *(name for name in NETWORKS if not name.startswith("mobilenet")),
    *("mobilenet_v1_0.25_128", "mobilenet_v2_0.35_96"),
]

CONVOLUTIONS = ("Conv2D", "DepthwiseConv2dNative")


def norms_alone(definition: Any) -> int:
    """Return how many batch normalisations do not follow a convolution, as in ResNet v2."""
    nodes = {node.name: node for node in definition.node}
    before = [nodes[n.input[0]].op for n in nodes.values() if n.op == "FusedBatchNorm"]
    return sum(op not in (*CONVOLUTIONS, "BiasAdd") for op in before)


@pytest.fixture(scope="module")
def definitions(tiny_dump: Path) -> dict[str, Any]:
    """The graph of every network, as its dump has it."""
    shards = [str(shard.path) for shard in read_dump(tiny_dump).shards]
    return {
        name: build_graph(shards, NETWORKS[name], class_count=2, batch_size=4) for name in BUILT
    }


@pytest.fixture(scope="module")
def read(
    definitions: dict[str, Any], tiny_dump: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Dump]:
    """A dump of every network, without the values of what has more than one axis."""
    folder = tmp_path_factory.mktemp("networks")
    save_tensors(
        {
            node.name: np.ones(node.attr["shape"].shape.dim[0].size, np.float32)
            for definition in definitions.values()
            for node in definition.node
            if node.op == "VariableV2" and len(node.attr["shape"].shape.dim) == 1
        },
        folder / TENSORS,
    )
    tiny = read_dump(tiny_dump)
    found = {}
    for name, definition in definitions.items():
        path = folder / name
        path.mkdir()
        (path / GRAPH).write_bytes(definition.SerializeToString())
        (path / TENSORS).symlink_to(folder / TENSORS)
        found[name] = replace(
            tiny,
            path=path,
            network=name,
            preprocessing=NETWORKS[name].preprocessing,
            feature_size=NETWORKS[name].feature_size,
        )
    return found


@pytest.mark.parametrize("name", BUILT)
def test_every_operation_becomes_a_layer(
    name: str, bridge: Bridge, definitions: dict[str, Any], read: dict[str, Dump]
) -> None:
    size = NETWORKS[name].image_size
    assert bigdl_refusal(definitions[name].SerializeToString(), size) is None
    layers = Counter(BigdlEngine(bridge).layers(read[name]))
    operations = Counter(
        node.op
        for node in definitions[name].node
        if node.name.startswith(f"{NETWORKS[name].scope}/")
    )
    convolutions = sum(operations[op] for op in CONVOLUTIONS)
    assert layers["FusedConvolution"] == convolutions + norms_alone(definitions[name])
    assert layers["MaxPooling"] == operations["MaxPool"]
    assert layers["AvgPooling"] == operations["AvgPool"] + operations["Mean"]
    assert layers["JoinTable"] == operations["ConcatV2"]
    # Each sum and each ReLU is done by the convolution before it.
    assert not layers["Sum"] + layers["Clip"]
