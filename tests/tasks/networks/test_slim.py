"""tf-slim imports in an interpreter where nothing was imported before it."""

from support import python_programs
from tasks.networks.slim import import_slim


def test_layers_and_networks_can_be_used_and_nothing_is_printed() -> None:
    ran = python_programs.run("use_slim", PYTHONWARNINGS="default")
    assert ran.stdout == "(1, 8, 8, 5) 224\n", ran.stderr


def test_a_second_import_is_the_first() -> None:
    assert import_slim() is import_slim()
