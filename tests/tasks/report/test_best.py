import logging
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.trained import Model, write_trained
from tasks.evaluation.mcnemar import mcnemar
from tasks.registry.score import Score
from tasks.report import best as module
from tasks.report.best import best_runs, p_value_bounds
from tasks.report.runs import read_runs
from tasks.storage.paths import Home

RECORDS = 40


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def write(home: Home, number: int, wrong: range, dataset: str = "da7a") -> None:
    """Write a run whose model is wrong on some of the validation records."""
    right = [record not in wrong for record in range(RECORDS)]
    write_trained(home, Model(f"run{number}", right, dataset=dataset))
    path = home.run(f"run{number}") / "metrics.json"
    os.utime(path, (number, number))


def marks(home: Home) -> dict[str, str]:
    return best_runs(home, read_runs(home))


def test_is_better_than_every_other_model_on_the_same_records(home: Home) -> None:
    for number, wrong in enumerate((range(20), range(8), range(0), range(30))):
        write(home, number, wrong)
    assert marks(home) == {"run2": "best"}


def test_a_single_rival_that_may_be_as_good_is_enough(home: Home) -> None:
    # Five records more are right, and none is wrong that was right: p = 0.0625.
    for number, wrong in enumerate((range(30), range(5), range(0))):
        write(home, number, wrong)
    assert marks(home) == {"run2": "best, not significantly"}


def test_of_equals_it_is_the_first(home: Home) -> None:
    for number, wrong in enumerate((range(9), range(2), range(1, 3))):
        write(home, number, wrong)
    assert marks(home) == {"run1": "best, not significantly"}


def test_every_data_set_has_its_own_and_a_lone_model_has_no_rival(home: Home) -> None:
    write(home, 0, range(20))
    write(home, 1, range(10), "0ther")
    assert marks(home) == {}
    write(home, 2, range(10))
    assert marks(home) == {"run2": "best"}


def test_runs_of_one_model_are_no_rivals(home: Home) -> None:
    write(home, 0, range(10))
    (home.run("again")).mkdir()
    content = (home.run("run0") / "metrics.json").read_text()
    (home.run("again") / "metrics.json").write_text(content.replace('"run0"', '"again"'))
    assert len(read_runs(home)) == 2
    assert marks(home) == {}
    write(home, 2, range(20))
    assert marks(home) == {"run0": "best"}


def test_predictions_are_read_only_where_the_counts_leave_it_open(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_compared", lambda *_: pytest.fail("predictions were read"))
    write(home, 0, range(20))
    write(home, 1, range(0))
    assert marks(home) == {"run1": "best"}
    write(home, 2, range(5))
    assert marks(home) == {"run1": "best, not significantly"}


@pytest.mark.parametrize(
    ("wrong", "expected"), [(range(14), "best"), (range(8, 22), "best, not significantly")]
)
def test_the_same_counts_may_be_chance_or_not(home: Home, wrong: range, expected: str) -> None:
    # Eight against fourteen wrong: all of the eight are among the fourteen, or none is.
    write(home, 0, range(8))
    write(home, 1, wrong)
    assert marks(home) == {"run0": expected}


def test_predictions_that_are_gone_prove_nothing(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    write(home, 0, range(8))
    write(home, 1, range(14))
    for path in home.models.glob("*/predictions.parquet"):
        path.unlink()
    assert marks(home) == {"run0": "best, not compared"}
    assert "run0 and run1 are not compared: " in caplog.text


def test_no_runs_have_no_best(home: Home) -> None:
    assert marks(home) == {}


@given(st.data())
def test_bounds_hold_whatever_the_answers_are(data: st.DataObject) -> None:
    both, only_better, only_worse, neither = data.draw(st.tuples(*[st.integers(0, 40)] * 4))
    better, worse = max(only_better, only_worse), min(only_better, only_worse)
    count = both + better + worse + neither
    if not count:
        return
    least, most = p_value_bounds(Score(both + better, count), Score(both + worse, count))
    # The same exact fractions, rounded once each.
    assert least <= mcnemar(better, worse) <= most
