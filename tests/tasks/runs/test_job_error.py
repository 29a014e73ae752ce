import re
from pathlib import Path

import pytest

from tasks.errors import DataError
from tasks.runs.job_error import by_hand_id, leaving_error
from tasks.runs.outcome import read_error
from tasks.storage.paths import Home


def test_an_executors_error_is_left_without_its_traces(tmp_path: Path) -> None:
    home = Home(tmp_path)
    trace = "Job aborted: tasks.errors.DataError: record 3 is no picture\n  at org.apache"
    with pytest.raises(DataError, match=r"^record 3 is no picture$"), leaving_error(home, "r"):
        raise RuntimeError(trace)
    left = read_error(home, "r")
    assert isinstance(left, DataError)
    assert str(left) == "record 3 is no picture"


def test_a_defect_is_left_to_its_traceback(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), leaving_error(Home(tmp_path), "r"):
        raise ZeroDivisionError
    assert read_error(Home(tmp_path), "r") is None


def test_where_nothing_can_be_written_the_error_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("no folder")
    with pytest.raises(DataError, match=r"^first$"), leaving_error(Home(tmp_path), "r"):
        raise DataError("first")


def test_a_run_by_hand_is_named_by_its_time() -> None:
    assert re.fullmatch(r"by_hand__\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d", by_hand_id())
