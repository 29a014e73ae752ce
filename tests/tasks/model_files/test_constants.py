from typing import Any

import numpy as np
import pytest

from support.own_models import graph_of
from tasks.errors import DataError
from tasks.model_files.constants import check_finite, in_scope, take_weights


def build(tf: Any) -> Any:
    weights = tf.constant([1.0, 2.0], name="weights")
    return tf.identity(weights * tf.constant(6.0, name="six"), "out"), tf.constant([1, 2], name="i")


def test_arrays_of_floats_are_taken_and_the_rest_stays() -> None:
    definition, weights = take_weights(graph_of(build))
    assert list(weights) == ["weights"]
    np.testing.assert_array_equal(weights["weights"], [1, 2])
    names = {node.name for node in definition.node}
    assert "weights" not in names
    assert {"six", "i", "out"} <= names


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_constant_that_is_not_finite_is_named(value: float) -> None:
    definition = graph_of(lambda tf: tf.constant([1.0, value, value], name="weights"))
    message = (
        r"^m.pb: the constant weights holds NaN or infinity in 2 of 3 values, expected finite num"
    )
    with pytest.raises(DataError, match=message):
        check_finite("m.pb", definition)


def test_finite_ones_and_other_types_pass() -> None:
    check_finite("m.pb", graph_of(build))


def test_a_scope_is_before_names_and_inputs() -> None:
    named = in_scope(graph_of(build), "net")
    (out,) = [node for node in named.node if node.name == "net/out"]
    assert out.input[0] == "net/mul"
