from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.errors import ParamsError
from tasks.exports.choice import find_model
from tasks.models.export import ARRAYS
from tasks.storage.paths import Home

RUN = "manual__2026-01-02T03:04:05+00:00"


@pytest.fixture
def home(write_run: Callable[..., Home]) -> Home:
    home = write_run(RUN)
    (home.models / "m0de1" / ARRAYS).touch()
    return home


def test_every_way_to_name_a_model(home: Home) -> None:
    model = home.models / "m0de1"
    for name in ("m0de1", str(model), RUN, str(home.run(RUN)), home.run(RUN).name, None):
        assert find_model(home, name) == model


def test_a_folder_of_another_home(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    for folder in (home.models / "m0de1", home.run(RUN)):
        assert find_model(other, str(folder)) == home.models / "m0de1"


def test_neither_a_model_nor_a_run(home: Home) -> None:
    with pytest.raises(ParamsError, match=r"^'gone' is no model and no run that trained in /"):
        find_model(home, "gone")


def test_no_run_at_all(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="has trained a model: run the DAG first"):
        find_model(Home(tmp_path), None)
