from typing import Any

import numpy as np
import pytest

from tasks.dumps.graph import NODES, build_graph
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.network import Network
from tasks.networks.structure import network_variables
from tasks.networks.tensorflow import import_tensorflow

SHARDS = ["/data/b.tfrecord", "/data/a.tfrecord"]


@pytest.fixture(scope="module")
def definition() -> Any:
    return build_graph(SHARDS, INCEPTION_V1, class_count=3, batch_size=2)


@pytest.fixture(scope="module")
def nodes(definition: Any) -> dict[str, Any]:
    return {node.name: node for node in definition.node}


def constant(node: Any) -> Any:
    return import_tensorflow().make_ndarray(node.attr["value"].tensor)


def test_has_every_named_node(nodes: dict[str, Any]) -> None:
    assert set(NODES.outputs()) <= set(nodes)


def test_names_are_the_contract_of_a_dump() -> None:
    assert NODES.label == "OneHotEncoding/one_hot"
    assert (NODES.record, NODES.image_batch, NODES.feature) == ("record", "image_batch", "feature")


def test_shards_keep_their_order(nodes: dict[str, Any]) -> None:
    names = constant(nodes[nodes[NODES.enqueue_shards].input[1]])
    assert [name.decode() for name in names] == SHARDS


def test_batch_size_and_class_count(nodes: dict[str, Any]) -> None:
    (dequeue,) = (node for node in nodes.values() if node.op == "QueueDequeueManyV2")
    assert constant(nodes[dequeue.input[1]]) == 2
    assert constant(nodes[nodes[NODES.label].input[1]]) == 3


def test_variables_are_the_networks(nodes: dict[str, Any]) -> None:
    variables = {node.name for node in nodes.values() if node.op == "VariableV2"}
    assert variables == set(network_variables(INCEPTION_V1))


def test_is_in_evaluation_mode(nodes: dict[str, Any]) -> None:
    norms = [node for node in nodes.values() if node.op == "FusedBatchNorm"]
    assert len(norms) == 57
    assert not any(node.attr["is_training"].b for node in norms)
    assert not any("Dropout" in name for name in nodes)


def test_nothing_that_bigdl_does_not_know(definition: Any) -> None:
    assert not definition.library.function
    for node in definition.node:
        assert not node.op.endswith("V3")
        assert not {"U", "exponential_avg_factor"} & set(node.attr)


def test_float_constants_are_written_out(definition: Any) -> None:
    for node in definition.node:
        if node.op == "Const" and len(constant(node).shape):
            assert not node.attr["value"].tensor.float_val


def test_the_same_input_gives_the_same_bytes(definition: Any) -> None:
    again = build_graph(SHARDS, INCEPTION_V1, class_count=3, batch_size=2)
    assert again.SerializeToString(deterministic=True) == definition.SerializeToString(
        deterministic=True
    )


@pytest.mark.parametrize("missing", ["image/encoded", "image/class/label"])
def test_a_record_must_have_both_features(definition: Any, missing: str) -> None:
    tf = import_tensorflow().compat.v1
    from tensorflow.core.example import example_pb2

    message = example_pb2.Example()
    if missing != "image/encoded":
        message.features.feature["image/encoded"].bytes_list.value.append(b"jpeg")
    if missing != "image/class/label":
        message.features.feature["image/class/label"].int64_list.value.append(1)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        with (
            tf.Session(graph=graph) as session,
            pytest.raises(tf.errors.InvalidArgumentError, match=missing),
        ):
            session.run(f"{NODES.image}:0", {f"{NODES.record}:0": message.SerializeToString()})


def test_a_record_becomes_image_and_label(definition: Any, records: dict[str, list[bytes]]) -> None:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        with tf.Session(graph=graph) as session:
            image, label = session.run(
                [f"{NODES.image}:0", f"{NODES.record_label}:0"],
                {f"{NODES.record}:0": records["train"][0]},
            )
    assert (image.shape, image.dtype) == ((224, 224, 3), np.float32)
    assert -1 <= image.min() < image.max() <= 1
    assert label.dtype == np.int64


def test_sizes_are_the_networks(tiny_network: Network) -> None:
    definition = build_graph(SHARDS, tiny_network, class_count=3, batch_size=2)
    nodes = {node.name: node for node in definition.node}
    queue = nodes[nodes[NODES.enqueue_image].input[0]]
    image, _ = queue.attr["shapes"].list.shape
    assert [dimension.size for dimension in image.dim] == [40, 40, 3]
    variables = {node.name for node in nodes.values() if node.op == "VariableV2"}
    assert variables == set(network_variables(tiny_network))
