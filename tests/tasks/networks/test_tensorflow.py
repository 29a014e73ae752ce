import subprocess
import sys

import pytest

from tasks.errors import SetupError
from tasks.networks.tensorflow import _bare_package, import_session_runtime, import_tensorflow
from tasks.storage.paths import CHECKOUT

RUN_A_GRAPH = """
from tasks.networks.tensorflow import import_session_runtime
runtime = import_session_runtime()
definition = runtime.graph_def()
node = definition.node.add(name="x", op="Placeholder")
node.attr["dtype"].type = 1
definition.node.add(name="y", op="Relu", input=["x"]).attr["T"].type = 1
graph = runtime.graph()
with graph.as_default():
    runtime.import_graph_def(definition, name="")
with runtime.session(graph=graph, config=runtime.config()) as session:
    print(session.run("y:0", {"x:0": [-1.0, 2.0]}).tolist())
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh interpreter: what is imported here would hide what it imports."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_session_runtime_runs_a_graph_without_the_whole_of_tensorflow() -> None:
    ran = run(RUN_A_GRAPH + "import sys; print('tensorflow.python.keras' in sys.modules)")
    assert ran.stdout == "[0.0, 2.0]\nFalse\n", ran.stderr
    assert ran.stderr == ""


def test_the_example_message_needs_nothing_that_runs() -> None:
    ran = run(
        "from tasks.networks.tensorflow import import_example, import_tensorflow\n"
        "example = import_example()()\n"
        "example.features.feature['x'].int64_list.value.append(7)\n"
        "import sys; print('tensorflow.python' in sys.modules)\n"
        "back = import_tensorflow().train.Example.FromString(example.SerializeToString())\n"
        "print(back.features.feature['x'].int64_list.value)\n"
    )
    assert ran.stdout == "False\n[7]\n", ran.stderr


def test_session_runtime_tells_bad_input_from_a_defect() -> None:
    program = """
    with runtime.session(graph=graph) as session:
        try:
            session.run("y:0")
        except runtime.invalid_argument:
            print("invalid")
    """
    ran = run(RUN_A_GRAPH + "\n".join(line[4:] for line in program.splitlines()))
    assert ran.stdout == "[0.0, 2.0]\ninvalid\n", ran.stderr


def test_the_whole_can_be_imported_after_the_runtime_and_is_quiet() -> None:
    ran = run(
        RUN_A_GRAPH + "from tasks.networks.tensorflow import import_tensorflow\n"
        "tf = import_tensorflow()\n"
        "with tf.Graph().as_default() as graph:\n"
        "    x = tf.compat.v1.get_variable('v', [], use_resource=False)\n"
        "print(tf.__version__, import_session_runtime().session is tf.compat.v1.Session)\n"
    )
    assert ran.stdout == "[0.0, 2.0]\n2.21.0 True\n", ran.stderr
    assert ran.stderr == ""


def test_the_whole_once_imported_stays() -> None:
    first = import_tensorflow()
    assert import_tensorflow() is first
    assert import_session_runtime().session is first.compat.v1.Session


def test_errors_of_this_process_are_heard_again(capfd: pytest.CaptureFixture[str]) -> None:
    import_tensorflow()
    sys.stderr.write("heard\n")
    sys.stderr.flush()
    assert capfd.readouterr().err == "heard\n"


def test_a_package_that_is_not_there() -> None:
    with pytest.raises(SetupError, match="the Python package 'nowhere' is not installed in"):
        _bare_package("nowhere")
