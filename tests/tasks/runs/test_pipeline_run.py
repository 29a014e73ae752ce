import json
from collections.abc import Callable

import pytest

from tasks.errors import DataError, ParamsError
from tasks.runs.pipeline_run import pipeline_run, require_own
from tasks.storage.paths import Home

Run = Callable[..., Home]
RUN = "scheduled__2026-01-04T00:00:00+00:00"
BIRDS = f"birds/{RUN}"


@pytest.fixture
def home(write_run: Run) -> Home:
    """A home of two runs of one id, of two pipelines, and of a run of each alone."""
    for run_id in (RUN, BIRDS, "by_hand__1", "birds/manual__1"):
        home = write_run(run_id)
    return home


@pytest.mark.parametrize(
    ("name", "label", "run_id"),
    [
        ("flowers", RUN, RUN),
        ("birds", RUN, BIRDS),
        ("birds", BIRDS, BIRDS),
        ("flowers", "by_hand__1", "by_hand__1"),
        ("birds", "manual__1", "birds/manual__1"),
    ],
)
def test_a_run_is_found_by_each_of_its_names(
    home: Home, name: str, label: str, run_id: str
) -> None:
    assert pipeline_run(home, name, label) == home.run(run_id)
    assert pipeline_run(home, name, home.run(run_id).name) == home.run(run_id)


@pytest.mark.parametrize(
    ("name", "label", "owner"),
    [
        ("flowers", BIRDS, "birds"),
        ("flowers", "manual__1", "birds"),
        ("flowers", "birds/manual__1", "birds"),
        ("birds", "by_hand__1", "flowers"),
        ("owls", RUN, "flowers"),
        ("owls", BIRDS, "birds"),
    ],
)
def test_a_run_of_another_pipeline_is_refused(
    home: Home, name: str, label: str, owner: str
) -> None:
    message = f"the run {label!r} belongs to the pipeline {owner}, expected one of {name}"
    with pytest.raises(ParamsError) as caught:
        pipeline_run(home, name, label)
    assert str(caught.value) == message


@pytest.mark.parametrize(("name", "run_id"), [("flowers", BIRDS), ("birds", RUN)])
def test_so_it_is_by_its_folder(home: Home, name: str, run_id: str) -> None:
    with pytest.raises(ParamsError, match="belongs to the pipeline"):
        pipeline_run(home, name, home.run(run_id).name)


@pytest.mark.parametrize("label", ["", "gone", "../runs/by_hand__1", "birds/", "7" * 5000, "\0"])
def test_there_is_none(home: Home, label: str) -> None:
    assert pipeline_run(home, "flowers", label) is None
    assert pipeline_run(home, "birds", label) is None


def test_a_folder_without_metrics_is_nobodys(home: Home) -> None:
    folder = home.run(BIRDS)
    (folder / "metrics.json").unlink()
    assert pipeline_run(home, "birds", RUN) == folder
    for name in ("birds", "flowers"):
        assert pipeline_run(home, name, folder.name) is None


def test_damaged_metrics_do_not_say_whose_a_folder_is(home: Home) -> None:
    folder = home.run(BIRDS)
    (folder / "metrics.json").write_text(json.dumps({"run_id": RUN}))
    assert pipeline_run(home, "birds", RUN) == folder
    with pytest.raises(DataError, match=r"metrics\.json"):
        pipeline_run(home, "birds", folder.name)


def test_require_own() -> None:
    require_own("birds", "birds", "x")
    with pytest.raises(ParamsError, match="the run 'x' belongs to the pipeline owls, expected one"):
        require_own("birds", "owls", "x")
