from collections.abc import Callable
from typing import Any

import pytest

from support.own_models import graph_of
from tasks.errors import DataError
from tasks.model_files.operations import check_names, check_pure


def with_function(tf: Any) -> Any:
    """A file that is read in a function that the graph calls."""

    return tf.function(tf.io.read_file)(tf.constant("/etc/passwd"))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda tf: tf.py_func(lambda x: x, [1.0], tf.float32), "a PyFunc.*, which runs Python"),
        (lambda tf: tf.io.read_file("/etc/passwd"), "a ReadFile, which reads or writes files"),
        (lambda tf: tf.io.write_file("/x", "y"), "a WriteFile, which reads or writes files"),
        (lambda tf: tf.io.matching_files("/*"), "a MatchingFiles, which reads or writes files"),
        (with_function, "a ReadFile, which reads or writes files"),
    ],
)
def test_what_no_model_may_do_is_refused_by_name(build: Callable[[Any], Any], message: str) -> None:
    for check in (check_names, check_pure):
        with pytest.raises(DataError, match=rf"^mine.pb: node \S+ is {message}"):
            check("mine.pb", graph_of(build))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda tf: tf.random.uniform([2]), "is a RandomUniform, which has a state or a side"),
        (lambda tf: tf.raw_ops.Print(input=1.0, data=[1.0]), "is a Print, which has a state"),
        (lambda tf: tf.strings.to_number("1"), "which reads or writes text: a network may only"),
        (
            lambda tf: tf.raw_ops.VariableV2(shape=[2], dtype=tf.float32),
            "is a variable without its",
        ),
    ],
)
def test_a_network_computes_numbers_from_numbers(build: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"^mine.pb: node .* {message}"):
        check_pure("mine.pb", graph_of(build))


def test_an_operation_that_tensorflow_does_not_have_is_refused() -> None:
    definition = graph_of(lambda tf: tf.constant(1.0, name="one"))
    definition.node[0].op = "MyOwnOp"
    with pytest.raises(DataError, match=r"^m: node one is a MyOwnOp, which TensorFlow does not ha"):
        check_pure("m", definition)


def test_arithmetic_and_calls_of_it_pass() -> None:
    def build(tf: Any) -> Any:
        return tf.function(lambda x: tf.nn.relu(x * 2.0))(tf.placeholder(tf.float32, [2]))

    check_pure("m", graph_of(build))
