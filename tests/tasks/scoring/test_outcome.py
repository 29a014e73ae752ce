from dataclasses import replace
from pathlib import Path

import pytest

from support.scores import RECORD
from tasks.errors import DataError, ParamsError
from tasks.runs.outcome import read_error, write_error
from tasks.scoring.outcome import clear_score, outcome_home, read_score, write_score
from tasks.storage.paths import Home


def test_an_outcome_replaces_that_of_an_earlier_try(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert read_score(home, "a run") is None
    write_error(outcome_home(home), "a run", ParamsError("is wrong"))
    write_score(home, "a run", RECORD)
    assert read_score(home, "a run") == RECORD
    assert read_score(home, "another run") is None
    # A run that trains may have the same id.
    assert not home.run("a run").exists()
    clear_score(home, "a run")
    assert read_score(home, "a run") is None
    assert read_error(outcome_home(home), "a run") is None


def test_a_damaged_record_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_score(home, "r", replace(RECORD, rows="many"))  # type: ignore[arg-type] # as damage does
    with pytest.raises(DataError, match=r"score\.json is damaged or of another version \(rows: "):
        read_score(home, "r")
