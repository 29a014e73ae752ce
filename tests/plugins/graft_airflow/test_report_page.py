import json
from collections.abc import Callable

import pytest

from graft_airflow.report_page import report_page
from tasks.storage.paths import Home

Run = Callable[..., Home]
RUN = "scheduled__2026-01-04T00:00:00+00:00"
BIRDS, FLOWERS = "birds_transfer_learning", "flowers_transfer_learning"


@pytest.fixture
def home(write_run: Run, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of two runs of one id, of two pipelines."""
    monkeypatch.delenv("GRAFT_PIPELINES", raising=False)
    for name in (RUN, f"birds/{RUN}"):
        home = write_run(name)
        home.report(name).write_text(f"report of {name}")
    return home


def test_each_pipeline_has_its_own_run_of_an_id(home: Home) -> None:
    assert report_page(home, FLOWERS, RUN) == (f"report of {RUN}", 200)
    assert report_page(home, BIRDS, RUN) == (f"report of birds/{RUN}", 200)


def test_a_folder_is_found_in_its_pipeline_only(home: Home) -> None:
    for dag, own, other in ((FLOWERS, RUN, f"birds/{RUN}"), (BIRDS, f"birds/{RUN}", RUN)):
        assert report_page(home, dag, home.run(own).name) == (f"report of {own}", 200)
        page, status = report_page(home, dag, home.run(other).name)
        assert (status, "report of" in page) == (404, False)


def test_a_report_without_the_metrics_that_say_whose_it_is_is_not_shown(home: Home) -> None:
    folder = home.run(f"birds/{RUN}")
    for content in (None, "{", json.dumps({"run_id": RUN})):
        (folder / "metrics.json").unlink()
        if content is not None:
            (folder / "metrics.json").write_text(content)
        assert report_page(home, FLOWERS, folder.name)[1] == 404
        (folder / "metrics.json").touch()


def test_says_which_dags_runs_have_one(home: Home) -> None:
    page, status = report_page(home, "another", RUN)
    assert status == 404
    assert f"Runs of another have none, only those of {FLOWERS}." in page
