import json
from pathlib import Path

import pytest

from tasks.errors import DataError
from tasks.runs.outcome import (
    METRICS,
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


def test_nothing_yet(home: Home) -> None:
    assert read_metrics(home, RUN) is None
    assert read_error(home, RUN) is None
    clear_outcome(home, RUN)
    assert not home.runs.exists()


def test_metrics(home: Home) -> None:
    write_metrics(home, RUN, {"top1": 0.5})
    assert read_metrics(home, RUN) == {"top1": 0.5}
    assert read_error(home, RUN) is None
    assert [path.name for path in home.run(RUN).iterdir()] == [METRICS]


def test_error(home: Home) -> None:
    write_error(home, RUN, DataError("shard-00003, record 7: no JPEG"))
    error = read_error(home, RUN)
    assert type(error) is DataError
    assert str(error) == "shard-00003, record 7: no JPEG"
    assert json.loads((home.run(RUN) / "error.json").read_text())["type"] == "DataError"
    assert read_metrics(home, RUN) is None


def test_clear_forgets_this_run_only(home: Home) -> None:
    for run in (RUN, "other"):
        write_metrics(home, run, {"top1": 0.5})
        write_error(home, run, DataError("bad"))
    clear_outcome(home, RUN)
    assert (read_metrics(home, RUN), read_error(home, RUN)) == (None, None)
    assert read_metrics(home, "other") == {"top1": 0.5}
    assert str(read_error(home, "other")) == "bad"
