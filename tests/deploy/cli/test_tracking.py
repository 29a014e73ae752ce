from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.registry import registered, write_registry
from support.trained import Model, write_trained
from tasks.runs.tracking_record import read_tracking
from tasks.storage.paths import Home
from tasks.tracking.settings import TRACKING_URI

Graft = Callable[..., Any]


def test_a_sync_logs_every_run_and_a_second_one_none(graft: Graft, tmp_path: Path) -> None:
    home, uri = Home(tmp_path / "home"), f"sqlite:///{tmp_path}/mlflow.db"
    write_trained(home, Model("a run", [True]))
    environ = {"GRAFT_HOME": str(home.root), TRACKING_URI: uri}
    ran = graft("mlflow", "sync", **environ)
    assert ran.exit_code == 0, ran.output
    record = read_tracking(home, "a run")
    assert record is not None
    assert record.run
    assert ran.stdout.splitlines() == [
        f"a run: logged to {uri}: run {record.run}",
        f"{uri} has 1 of 1 runs, and the aliases of flowers",
    ]
    assert graft("mlflow", "sync", **environ).stdout == ran.stdout


def test_a_sync_logs_the_runs_of_its_pipeline(graft: Graft, tmp_path: Path) -> None:
    home, uri = Home(tmp_path / "home"), f"sqlite:///{tmp_path}/mlflow.db"
    for run_id in ("a run", "birds/a run"):
        write_trained(home, Model(run_id, [True]))
    write_registry(home, [registered(1, run_id="birds/a run")], "birds")
    environ = {"GRAFT_HOME": str(home.root), TRACKING_URI: uri}
    ran = graft("mlflow", "sync", "--name", "birds", **environ)
    assert ran.stdout.startswith("birds/a run: ")
    assert f"{uri} has " in ran.stdout.splitlines()[1]
    assert read_tracking(home, "a run") is None
    assert read_tracking(home, "birds/a run") is not None


def test_a_pipeline_that_nobody_made_is_an_error(graft: Graft, tmp_path: Path) -> None:
    environ = {"GRAFT_HOME": str(tmp_path), TRACKING_URI: f"sqlite:///{tmp_path}/mlflow.db"}
    ran = graft("mlflow", "sync", "--name", "flower", **environ)
    assert ran.exit_code == 1
    assert ran.stderr.startswith("error: no pipeline 'flower': did you mean 'flowers'")
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_setting_is_an_error(graft: Graft, tmp_path: Path) -> None:
    ran = graft("mlflow", "sync", GRAFT_HOME=str(tmp_path), **{TRACKING_URI: "mlflow"})
    assert ran.exit_code == 1
    assert ran.stderr.startswith(f"error: {TRACKING_URI} is 'mlflow', expected a URI")


def test_no_server_is_an_error(graft: Graft, tmp_path: Path) -> None:
    ran = graft("mlflow", "sync", GRAFT_HOME=str(tmp_path), **{TRACKING_URI: ""})
    assert (ran.exit_code, ran.stderr) == (
        1,
        f"error: {TRACKING_URI} is not set, expected the URI of an MLflow server\n",
    )
