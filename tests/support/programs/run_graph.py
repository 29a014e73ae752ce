"""Runs a small graph with the part of TensorFlow that sessions need, and what the argument says."""

import sys
from collections.abc import Callable
from typing import Any

from tasks.networks.tensorflow import import_session_runtime

runtime = import_session_runtime()
definition = runtime.graph_def()
node = definition.node.add(name="x", op="Placeholder")
node.attr["dtype"].type = 1
definition.node.add(name="y", op="Relu", input=["x"]).attr["T"].type = 1
graph: Any = runtime.graph()
with graph.as_default():
    runtime.import_graph_def(definition, name="")
with runtime.session(graph=graph, config=runtime.config()) as session:
    print(session.run("y:0", {"x:0": [-1.0, 2.0]}).tolist())


def is_keras_there() -> None:
    """Print whether more of TensorFlow was imported than sessions need."""
    print("tensorflow.python.keras" in sys.modules)


def run_without_input() -> None:
    """Run the graph with nothing for its placeholder."""
    with runtime.session(graph=graph) as session:
        try:
            session.run("y:0")
        except runtime.invalid_argument:
            print("invalid")


def import_the_whole() -> None:
    """Import all of TensorFlow after the part, and use it."""
    from tasks.networks.tensorflow import import_tensorflow

    tf = import_tensorflow()
    with tf.Graph().as_default():
        tf.compat.v1.get_variable("v", [], use_resource=False)
    print(tf.__version__, import_session_runtime().session is tf.compat.v1.Session)


actions: tuple[Callable[[], None], ...] = (is_keras_there, run_without_input, import_the_whole)
{action.__name__: action for action in actions}[sys.argv[1]]()
