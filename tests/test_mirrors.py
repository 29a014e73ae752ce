"""The place of a module's tests: that of the module, below ``tests``."""

import ast
from pathlib import Path

import pytest

from tasks.storage.paths import CHECKOUT

ROOTS = ("tasks", "plugins", "deploy")
#: Modules without tests of their own, and why.
EXCEPTIONS = {
    "deploy/run_events.py": "declares the events; what reads and what shows them is tested",
}


def modules() -> list[str]:
    """Return the modules that define a function or a class, by path in the checkout."""
    found = (path for root in ROOTS for path in sorted((CHECKOUT / root).rglob("*.py")))
    named = (path for path in found if path.name not in {"__init__.py", "__main__.py"})
    return [str(path.relative_to(CHECKOUT)) for path in named if defines_something(path)]


def defines_something(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in tree.body
    )


def mirror(module: str) -> Path:
    """Return the file that a module's tests are in."""
    path = CHECKOUT / "tests" / module
    return path.with_name(f"test_{path.name}")


@pytest.mark.parametrize("module", [name for name in modules() if name not in EXCEPTIONS])
def test_a_module_has_tests_of_its_own_name(module: str) -> None:
    place = mirror(module)
    assert place.is_file(), f"{module} has no {place.relative_to(CHECKOUT)}"
    assert "def test_" in place.read_text(encoding="utf-8")


@pytest.mark.parametrize("module", EXCEPTIONS)
def test_an_exception_is_still_one(module: str) -> None:
    assert module in modules()
    assert not mirror(module).exists()
