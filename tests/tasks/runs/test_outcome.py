import json
from pathlib import Path
from typing import Any

import pytest

from tasks.errors import DataError, GraftError, StorageError
from tasks.runs.metrics import METRICS, RunMetrics
from tasks.runs.outcome import (
    clear_outcome,
    read_error,
    read_metrics,
    write_error,
    write_metrics,
)
from tasks.storage.paths import Home

RUN = "manual__2026"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def metrics(run_metrics: dict[str, Any]) -> RunMetrics:
    return RunMetrics.from_json(run_metrics)


def test_nothing_yet(home: Home) -> None:
    assert read_metrics(home, RUN) is None
    assert read_error(home, RUN) is None
    clear_outcome(home, RUN)
    assert not home.runs.exists()


def test_metrics(home: Home, metrics: RunMetrics) -> None:
    write_metrics(home, RUN, metrics)
    assert read_metrics(home, RUN) == metrics
    assert read_error(home, RUN) is None
    assert [path.name for path in home.run(RUN).iterdir()] == [METRICS]


def test_error(home: Home) -> None:
    write_error(home, RUN, DataError("shard-00003, record 7: no JPEG"))
    error = read_error(home, RUN)
    assert type(error) is DataError
    assert str(error) == "shard-00003, record 7: no JPEG"
    assert json.loads((home.run(RUN) / "error.json").read_text())["type"] == "DataError"
    assert read_metrics(home, RUN) is None


@pytest.mark.parametrize("kind", ["Gone", "__name__", "annotations"])
def test_an_error_of_a_class_that_is_not_known_keeps_its_message(home: Home, kind: str) -> None:
    write_error(home, RUN, DataError("no JPEG"))
    path = home.run(RUN) / "error.json"
    path.write_text(path.read_text().replace("DataError", kind))
    error = read_error(home, RUN)
    assert type(error) is GraftError
    assert str(error) == "no JPEG"


@pytest.mark.parametrize("name", ["metrics.json", "error.json"])
def test_a_damaged_file_is_one_error_that_names_it(home: Home, name: str) -> None:
    path = home.run(RUN) / name
    path.parent.mkdir(parents=True)
    path.write_text("{")
    with pytest.raises(DataError, match=f"{RUN}/{name} is damaged"):
        (read_metrics if name == METRICS else read_error)(home, RUN)


def test_a_place_that_cannot_be_written_is_told(home: Home) -> None:
    home.runs.touch()
    with pytest.raises(StorageError, match=f"cannot write {home.runs}/{RUN}/metrics.json"):
        clear_outcome(home, RUN)


def test_clear_forgets_this_run_only(home: Home, metrics: RunMetrics) -> None:
    for run in (RUN, "other"):
        write_metrics(home, run, metrics)
        write_error(home, run, DataError("bad"))
    clear_outcome(home, RUN)
    assert (read_metrics(home, RUN), read_error(home, RUN)) == (None, None)
    assert read_metrics(home, "other") == metrics
    assert str(read_error(home, "other")) == "bad"
