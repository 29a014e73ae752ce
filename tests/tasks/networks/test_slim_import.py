import copy
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from support.slim_library import write_library
from tasks.errors import SetupError
from tasks.networks.slim_import import HParams, cause, library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_library(tmp_path / "slim")


def test_nothing_of_the_library_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = ModuleType("nets")
    monkeypatch.setitem(sys.modules, "nets", other)
    path = list(sys.path)
    with library(folder, "1") as factory:
        assert factory.HALF == 3
        assert sys.modules["nets"] is not other
        assert sys.modules["nets.mini"].__file__ == str(folder / "nets" / "mini.py")
    assert sys.modules["nets"] is other
    assert not {"nets.mini", "nets.nets_factory", "tensorflow.contrib"} & set(sys.modules)
    assert sys.path == path
    assert not hasattr(np, "int")


def test_a_module_beside_the_packages_does_not_stay(folder: Path) -> None:
    (folder / "of_mine.py").write_text("")
    (folder / "tasks").mkdir()
    with (folder / "nets" / "mini.py").open("a") as stream:
        stream.write("import of_mine\nimport tasks.errors as ours\n")
    with library(folder, "1"):
        assert "of_mine" in sys.modules
        assert sys.modules["nets.mini"].ours.SetupError is SetupError
    assert "of_mine" not in sys.modules


def test_another_library_is_another_module(folder: Path, tmp_path: Path) -> None:
    second = write_library(tmp_path / "second")
    with library(folder, "1") as first:
        pass
    with library(second, "1") as other:
        assert Path(str(other.__file__)).is_relative_to(second)
    with library(folder, "1") as again:
        assert again is first
    with library(folder, "2") as changed:
        assert changed is not first


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "from tensorflow.contrib import slim",
            "ImportError: cannot import name 'slim' from 'tens",
        ),
        ("raise ValueError('two\\nlines')", "ValueError: two lines; expected one of July 2020 or"),
    ],
)
def test_a_library_that_cannot_be_imported(folder: Path, text: str, told: str) -> None:
    (folder / "nets" / "nets_factory.py").write_text(text)
    with pytest.raises(SetupError) as caught, library(folder, "1"):
        pass
    assert str(caught.value).startswith(
        f"the library in SLIM_PATH, {folder}, cannot be imported: {told}"
    )
    assert "nets" not in sys.modules


def test_modules_from_elsewhere_are_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "nets" / "__init__.py").write_text(
        f"__path__ = [{str(write_library(tmp_path / 'other') / 'nets')!r}]"
    )
    with pytest.raises(
        SetupError, match=r"^nets\.nets_factory was found in /.*other/nets/nets_fac"
    ):
        library(folder, "1").__enter__()


def test_the_stand_in_for_hyper_parameters() -> None:
    params = copy.deepcopy(HParams(keep=0.5, cells=2))
    params.set_hparam("keep", 1.0)
    assert vars(params) == {"keep": 1.0, "cells": 2}


def test_an_error_is_one_line() -> None:
    assert cause(KeyError("a\nb")) == r"KeyError: 'a\nb'"
