from pathlib import Path
from typing import Any

import pytest

from tasks.networks.checkpoint_reader import read_shapes
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.structure import network_end_points, network_variables
from tasks.networks.tensorflow import import_tensorflow


@pytest.fixture(scope="module")
def graph() -> Any:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        features, end_points = INCEPTION_V1.build(tf.placeholder(tf.float32, [5, 224, 224, 3]))
        assert features.shape.as_list() == [5, 1, 1, 1024]
        assert end_points["Mixed_5c"].shape.as_list() == [5, 7, 7, 1024]
        assert list(end_points) == list(network_end_points(INCEPTION_V1))
    return graph


def test_variables_are_of_the_kind_that_bigdl_reads(graph: Any) -> None:
    kinds = {op.type for op in graph.get_operations() if "Var" in op.type}
    assert kinds == {"VariableV2"}


def test_is_in_evaluation_mode(graph: Any) -> None:
    norms = [op for op in graph.get_operations() if op.type.startswith("FusedBatchNorm")]
    assert len(norms) == 57
    assert not any(op.get_attr("is_training") for op in norms)
    assert not graph.get_collection("update_ops")


def test_variables() -> None:
    variables = network_variables(INCEPTION_V1)
    assert len(variables) == 57 * 4
    assert variables["InceptionV1/Conv2d_1a_7x7/weights"] == (7, 7, 3, 64)
    assert variables["InceptionV1/Mixed_5c/Branch_3/Conv2d_0b_1x1/BatchNorm/moving_mean"] == (128,)
    assert not any("Logits" in name for name in variables)


def test_end_points_are_nodes_of_the_graph(graph: Any) -> None:
    nodes = network_end_points(INCEPTION_V1)
    assert nodes["Mixed_4c"] == "InceptionV1/Mixed_4c/concat"
    assert set(nodes.values()) <= {op.name for op in graph.get_operations()}


def test_variables_are_those_of_the_release(fixtures_folder: Path, tmp_path: Path) -> None:
    """The fixture has the official checkpoint's names and shapes."""
    from tasks.storage.archive import unpack

    (path,) = unpack(fixtures_folder / "inception_v1_2016_08_28.tar.gz", tmp_path)
    assert network_variables(INCEPTION_V1).items() <= read_shapes(path).items()
