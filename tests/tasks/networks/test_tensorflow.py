import sys

import pytest

from support import python_programs
from tasks.errors import SetupError
from tasks.networks.tensorflow import _bare_package, import_session_runtime, import_tensorflow


def test_session_runtime_runs_a_graph_without_the_whole_of_tensorflow() -> None:
    ran = python_programs.run("run_graph", "is_keras_there")
    assert ran.stdout == "[0.0, 2.0]\nFalse\n", ran.stderr
    assert ran.stderr == ""


def test_the_example_message_needs_nothing_that_runs() -> None:
    ran = python_programs.run("example_message")
    assert ran.stdout == "False\n[7]\n", ran.stderr


def test_session_runtime_tells_bad_input_from_a_defect() -> None:
    ran = python_programs.run("run_graph", "run_without_input")
    assert ran.stdout == "[0.0, 2.0]\ninvalid\n", ran.stderr


def test_the_whole_can_be_imported_after_the_runtime_and_is_quiet() -> None:
    ran = python_programs.run("run_graph", "import_the_whole")
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
