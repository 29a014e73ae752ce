import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.registry import promoted, registered, write_registry
from support.run_files import METRICS, TEST
from support.trained import Model, write_trained
from tasks.report.overview import overview
from tasks.runs.record import DAG_ID
from tasks.storage.paths import Home

Run = Callable[..., Home]
FORM = "of this session"
EVIL = "<script>alert('1')</script>"


@pytest.fixture
def two_runs(write_run: Run) -> Home:
    """Two runs on the same data, the later one the more accurate."""
    for number, top1 in enumerate((0.5, 0.75)):
        home = write_run(
            f"run{number}", top1=top1, model={**METRICS["model"], "digest": f"m{number}"}
        )
        os.utime(home.run(f"run{number}") / "metrics.json", (number, number))
    return home


def test_an_empty_home(tmp_path: Path) -> None:
    assert "No run has trained to its end yet." in overview(Home(tmp_path), dag_id=DAG_ID)


def test_marks_the_best_in_words_and_numbers_the_runs(two_runs: Home) -> None:
    page = overview(two_runs, dag_id=DAG_ID)
    # Three of four against two of four may be chance.
    assert page.count("<strong>best, not significantly</strong>") == 1
    assert page.index("0.7500 <strong>best, not") < page.index(">0.5000<")
    assert '<td class="n whole">0.301 to 0.954</td>' in page
    assert 'aria-label="top-1 accuracy by run: 2 values from 0.5000 to 0.7500' in page
    assert page.count("<polygon ") == 1


def test_test_accuracy_has_a_column_where_a_run_has_it(two_runs: Home, write_run: Run) -> None:
    assert '<th scope="col" class="n">test</th>' not in overview(two_runs, dag_id=DAG_ID)
    write_run("run2", top1=0.5, test=TEST)
    page = overview(two_runs, dag_id=DAG_ID, first="run0", second="run2")
    assert '<th scope="col" class="n">test</th>' in page
    assert '<td class="n">0.6125</td>' in page
    assert '<td class="n whole">0.503 to 0.712</td>' in page
    assert page.count('<td class="n">none</td>') == 2
    assert (
        '<th scope="row">test top-1 accuracy</th><td class="path">none</td>'
        '<td class="path">0.6125 (95 %: 0.503 to 0.712)</td><td>differs</td>'
    ) in page
    # The best on validation: nothing is chosen by the test records.
    assert page.index("0.7500 <strong>best, not") > 0


def test_links_to_the_reports_that_exist(two_runs: Home) -> None:
    two_runs.report("run1").touch()
    page = overview(two_runs, dag_id="a dag")
    assert page.count("<a href=") == 1
    assert '<a href="dags/a%20dag/runs/run1/report">run1</a>' in page


def test_two_runs_side_by_side(two_runs: Home) -> None:
    page = overview(two_runs, dag_id=DAG_ID, first="run0", second="run1")
    assert (
        '<tr class="best"><th scope="row">top-1 accuracy</th><td class="path">0.5000 '
        '(95 %: 0.150 to 0.850)</td><td class="path">0.7500 (95 %: 0.301 to 0.954)</td>'
        "<td>differs</td></tr>"
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


class TestVersions:
    @pytest.fixture
    def home(self, two_runs: Home) -> Home:
        """Three versions, of which the second is the champion and only the first has files."""
        digest = write_trained(two_runs, Model("run2", [True])).model.digest
        events = [registered(1, model=digest), registered(2), registered(3, run_id=EVIL)]
        write_registry(two_runs, [*events, promoted(1), promoted(2)])
        return two_runs

    def test_have_names_and_decisions(self, home: Home) -> None:
        page = overview(home, dag_id=DAG_ID)
        assert "<h2>Versions of the model flowers</h2>" in page
        assert page.index(">3</th>") < page.index(">2</th>") < page.index(">1</th>")
        assert "<strong>champion</strong>" in page
        assert "<strong>previous</strong>" in page
        assert "promoted by ann: x" in page
        assert EVIL not in page

    def test_can_be_changed_by_who_may(self, home: Home) -> None:
        page = overview(home, dag_id=DAG_ID, may_change=True, token=FORM)
        assert page.count('name="token" value="of this session"') == 2
        assert 'action="models/flowers/promote"' in page
        # Of the others, the champion is it already and the third has no files.
        assert re.findall(r'<option value="(\d+)">', page) == ["1"]
        assert "<button>Roll back to version 1</button>" in page
        assert '<form method="post"' not in overview(home, dag_id=DAG_ID)

    def test_there_is_nothing_to_roll_back_to(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        write_registry(home, [registered(1), promoted(1)])
        page = overview(home, dag_id=DAG_ID, may_change=True, token=FORM)
        assert "Roll back" not in page.replace("a roll-back", "")

    def test_stay_when_the_runs_are_gone(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        write_registry(home, [registered(1), promoted(1)])
        page = overview(home, dag_id=DAG_ID)
        assert "<strong>champion</strong>" in page
        assert "No run has trained to its end yet." in page
