import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.run_files import TEST
from tasks.report.overview import overview
from tasks.runs.record import DAG_ID
from tasks.storage.paths import Home

Run = Callable[..., Home]
EVIL = "<script>alert('1')</script>"


@pytest.fixture
def two_runs(write_run: Run) -> Home:
    """Two runs on the same data, the later one the more accurate."""
    for number, top1 in enumerate((0.5, 0.75)):
        home = write_run(f"run{number}", top1=top1)
        os.utime(home.run(f"run{number}") / "metrics.json", (number, number))
    return home


def test_an_empty_home(tmp_path: Path) -> None:
    assert "No run has trained to its end yet." in overview(Home(tmp_path), dag_id=DAG_ID)


def test_marks_the_best_in_words_and_numbers_the_runs(two_runs: Home) -> None:
    page = overview(two_runs, dag_id=DAG_ID)
    assert page.count("<strong>best</strong>") == 1
    assert page.index("0.7500 <strong>best") < page.index(">0.5000<")
    assert 'aria-label="top-1 accuracy by run: 2 values from 0.5000 to 0.7500' in page


def test_test_accuracy_has_a_column_where_a_run_has_it(two_runs: Home, write_run: Run) -> None:
    assert '<th scope="col" class="n">test</th>' not in overview(two_runs, dag_id=DAG_ID)
    write_run("run2", top1=0.5, test=TEST)
    page = overview(two_runs, dag_id=DAG_ID, first="run0", second="run2")
    assert '<th scope="col" class="n">test</th>' in page
    assert '<td class="n">0.6125</td>' in page
    assert page.count('<td class="n">none</td>') == 2
    assert (
        '<th scope="row">test top-1 accuracy</th><td class="path">none</td>'
        '<td class="path">0.6125</td><td>differs</td>'
    ) in page
    # The best on validation: nothing is chosen by the test records.
    assert page.index("0.7500 <strong>best") > 0


def test_links_to_the_reports_that_exist(two_runs: Home) -> None:
    two_runs.report("run1").touch()
    page = overview(two_runs, dag_id="a dag")
    assert page.count("<a href=") == 1
    assert '<a href="dags/a%20dag/runs/run1/report">run1</a>' in page


def test_two_runs_side_by_side(two_runs: Home) -> None:
    page = overview(two_runs, dag_id=DAG_ID, first="run0", second="run1")
    assert (
        '<tr class="best"><th scope="row">top-1 accuracy</th><td class="path">0.5</td>'
        '<td class="path">0.75</td><td>differs</td></tr>'
    ) in page
    assert '<th scope="row">optimizer</th><td class="path">LocalOptimizer</td>' in page


@pytest.mark.parametrize("chosen", [{"first": "run0"}, {"second": "run0"}, {}])
def test_one_run_is_compared_with_nothing(two_runs: Home, chosen: dict[str, Any]) -> None:
    page = overview(two_runs, dag_id=DAG_ID, **chosen)
    assert "What differs is marked." not in page
    assert "There is no run" not in page


def test_a_name_that_no_run_has_is_told(two_runs: Home) -> None:
    page = overview(two_runs, dag_id=DAG_ID, first="run0", second=EVIL)
    assert '<p role="alert">There is no run &lt;script&gt;' in page
    assert "What differs is marked." not in page


def test_escapes_what_a_run_says_of_itself(write_run: Run, run_metrics: dict[str, Any]) -> None:
    config = {**run_metrics["config"], "dataset_url": f"file:///{EVIL}", "feature_engine": EVIL}
    home = write_run("a", config=config)
    page = overview(home, dag_id=DAG_ID, first="a", second="a")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
