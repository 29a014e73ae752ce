from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from support.own_models import SIZE, plain
from tasks.errors import DataError
from tasks.model_files.cut import FEATURE, PICTURE, cut_out
from tasks.model_files.given import Given
from tasks.networks.tensorflow import import_tensorflow

Make = Callable[..., Given]


def run(definition: Any, feeds: dict[str, Any], output: str) -> Any:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        with tf.Session(graph=graph) as session:
            return session.run(output, feeds)


@pytest.fixture
def pictures() -> Any:
    return np.random.default_rng(0).uniform(0, 1, (2, SIZE, SIZE, 3)).astype(np.float32)


@pytest.mark.parametrize(("node", "reduced"), [("pool", None), ("logits", None), ("relu", (1, 2))])
def test_features_are_the_values_of_the_node_or_the_means_of_its_map(
    node: str, reduced: Any, given: Make, pictures: Any
) -> None:
    model = given()
    part = cut_out(model, node, None)
    expected = run(model.definition, {"in:0": pictures}, f"{node}:0")
    found = run(part.definition, {f"{PICTURE}:0": pictures}, f"{FEATURE}:0")
    wanted = expected if reduced is None else expected.mean(reduced)
    assert (part.image_size, part.feature_size) == (SIZE, wanted.shape[1])
    assert part.feature_node == node
    np.testing.assert_allclose(found, wanted[:, None, None], rtol=1e-5)


def test_what_the_features_do_not_need_is_not_there(given: Make) -> None:
    operations = {node.op for node in cut_out(given(), None, None).definition.node}
    assert "MatMul" not in operations


def test_a_batch_of_one_becomes_any_and_names_may_be_those_of_graft(
    given: Make, pictures: Any
) -> None:
    model = given(lambda tf: tf.reduce_mean(plain_map(tf, "picture"), [1, 2], name="feature"))
    found = run(cut_out(model, None, None).definition, {"picture:0": pictures}, "feature:0")
    assert found.shape == (2, 1, 1, 3)


def plain_map(tf: Any, name: str) -> Any:
    return tf.nn.relu(tf.placeholder(tf.float32, [1, SIZE, SIZE, 3], name))


def test_what_is_only_done_before_is_left_out(given: Make) -> None:
    def build(tf: Any) -> Any:
        with tf.control_dependencies([tf.raw_ops.Print(input=1.0, data=[1.0])]):
            return plain(tf)

    assert "Print" not in {n.op for n in cut_out(given(build), None, None).definition.node}


def test_a_graph_that_tensorflow_does_not_take_is_refused(given: Make) -> None:
    model = given()
    (node,) = [n for n in model.definition.node if n.name == "pool"]
    node.op = "NoSuchOp"
    with pytest.raises(
        DataError, match=r"^mine.pb: TensorFlow does not take its graph: .*NoSuchOp"
    ):
        cut_out(model, None, None)
