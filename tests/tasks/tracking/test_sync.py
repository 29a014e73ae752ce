"""Content of MLflow after a sync: one story, in the order of the tests."""

from pathlib import Path
from typing import Any

import pytest

from support.mlflow_home import write_home
from support.trained import Model, write_trained
from tasks.registry import by_hand
from tasks.registry.champion import FLOWERS
from tasks.runs.metrics import METRICS
from tasks.storage.paths import Home
from tasks.tracking.server import Server
from tasks.tracking.sync import all_runs, sync


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, saved_model: Path) -> Home:
    return write_home(tmp_path_factory.mktemp("story"), saved_model)


def runs(client: Any) -> dict[str, Any]:
    experiment = client.get_experiment_by_name(FLOWERS).experiment_id
    found = client.search_runs([experiment])
    assert len({run.info.run_name for run in found}) == len(found)
    return {run.info.run_name: run for run in found}


def versions(client: Any) -> dict[str, str]:
    """Return Graft's number of each version of MLflow."""
    found = client.search_model_versions(f"name = '{FLOWERS}'")
    return {str(v.version): v.tags["graft.version"] for v in found}


def aliases(client: Any) -> dict[str, str]:
    """Return Graft's number of the version that has an alias."""
    found = client.get_registered_model(FLOWERS).aliases
    return {alias: versions(client)[str(number)] for alias, number in found.items()}


def test_a_run_is_logged_with_the_champions_run(story: Home, server: Server, client: Any) -> None:
    logged = {each.run_id: each for each in sync(story, FLOWERS, ["bad"], server)}
    found = runs(client)
    assert {name: run.info.run_id for name, run in found.items()} == {
        name: each.run for name, each in logged.items()
    }
    assert set(found) == {"good", "bad"}
    bad = found["bad"]
    assert (bad.info.status, bad.data.params["learning_rate"]) == ("FINISHED", "0.001")
    assert bad.data.metrics["final_top1"] == 0.25
    history = client.get_metric_history(bad.info.run_id, "loss")
    assert [(each.step, each.value) for each in history] == [(1, 1.5), (2, 0.75)]
    assert bad.data.tags["graft.promotion"].startswith("not promoted: version 2, 0.2500 (95 %: ")
    assert bad.data.tags["mlflow.note.content"] == "# The model of bad\n"
    files = {file.path for file in client.list_artifacts(bad.info.run_id)}
    assert files == {"README.md", METRICS, "report.html", "model"}


def test_versions_and_aliases_are_grafts(client: Any) -> None:
    assert sorted(versions(client).values()) == ["1", "2"]
    assert aliases(client) == {"champion": "1"}


def test_nothing_is_logged_twice(story: Home, server: Server, client: Any) -> None:
    before = {name: run.info.run_id for name, run in runs(client).items()}
    logged = list(sync(story, FLOWERS, all_runs(story, FLOWERS), server))
    assert {each.run_id: each.run for each in logged} == before
    assert {name: run.info.run_id for name, run in runs(client).items()} == before
    assert len(client.get_metric_history(before["bad"], "loss")) == 2
    assert len(versions(client)) == 2


def test_a_run_that_was_logged_in_part_is_completed(
    story: Home, server: Server, client: Any
) -> None:
    run_id = runs(client)["good"].info.run_id
    client.delete_tag(run_id, "graft.content")
    client.set_terminated(run_id, "RUNNING")
    list(sync(story, FLOWERS, ["good"], server))
    run = runs(client)["good"]
    assert (run.info.run_id, run.info.status) == (run_id, "FINISHED")
    assert len(client.get_metric_history(run_id, "loss")) == 2


def test_a_report_that_has_changed_is_logged_anew(story: Home, server: Server, client: Any) -> None:
    story.report("good").write_text("<p>another</p>")
    list(sync(story, FLOWERS, ["good"], server))
    found = client.download_artifacts(runs(client)["good"].info.run_id, "report.html")
    assert Path(found).read_text() == "<p>another</p>"


def test_promotion_and_roll_back_are_followed(story: Home, server: Server, client: Any) -> None:
    by_hand.promote(story, FLOWERS, "2", who="ann")
    list(sync(story, FLOWERS, [], server))
    assert aliases(client) == {"champion": "2", "previous": "1"}
    by_hand.roll_back(story, FLOWERS, who="ann")
    list(sync(story, FLOWERS, [], server))
    assert aliases(client) == {"champion": "1"}


def test_the_champion_is_loaded_and_asked(server: Server, store: str, client: Any) -> None:
    import mlflow
    import pandas as pd

    mlflow.set_tracking_uri(store)
    model = mlflow.pyfunc.load_model(f"models:/{FLOWERS}@champion")
    assert [column.name for column in model.metadata.signature.inputs] == ["image_bytes"]
    answer = model.predict(pd.DataFrame({"image_bytes": [b"a picture", b""]}))
    assert answer["prediction"].tolist() == [1, -1]
    assert answer["class"].tolist() == ["rose", ""]
    assert answer["scores"][0] == [0.25, 0.75]
    assert answer["error"].tolist() == ["", "is empty"]


def test_a_run_that_left_no_metrics_is_named(home: Home, server: Server) -> None:
    (logged,) = [each for each in sync(home, FLOWERS, ["gone"], server) if each.run_id == "gone"]
    assert (logged.run, logged.error) == ("", f"{home.run('gone')} has no {METRICS}")
    assert all_runs(home, FLOWERS) == ["good", "bad"]


def test_all_runs_are_those_of_the_pipeline(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for run_id in ("one", "birds/one", "birds/two", "bird/one"):
        write_trained(home, Model(run_id, [True]))
    assert all_runs(home, FLOWERS) == ["one"]
    assert sorted(all_runs(home, "birds")) == ["birds/one", "birds/two"]
    assert all_runs(home, "fish") == []
