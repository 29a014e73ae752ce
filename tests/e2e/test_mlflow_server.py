"""MLflow's own server, of another environment: make test-mlflow."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from support.mlflow_home import write_home
from support.network import LOOPBACK, free_port
from tasks.networks.tensorflow import import_tensorflow
from tasks.registry import by_hand
from tasks.registry.champion import FLOWERS
from tasks.runs.tracking_record import read_tracking
from tasks.storage.paths import CHECKOUT, Home
from tasks.tracking.track import keep_aliases, track_run

PROGRAM = os.environ.get("GRAFT_TEST_MLFLOW", "")
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not PROGRAM, reason="make test-mlflow runs it: it installs MLflow's server"),
]

#: A user's program: it knows the server's address and nothing of Graft.
ASK = """
import sys
import mlflow, pandas
model = mlflow.pyfunc.load_model("models:/flowers@champion")
answer = model.predict(pandas.DataFrame({"image_bytes": [b"a picture"]}))
print(answer["class"][0], "tasks" in sys.modules)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of a server that keeps artefacts itself."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    uri = f"http://{LOOPBACK}:{port}"
    command = [PROGRAM, "server", "--host", LOOPBACK, "--port", str(port), "--workers", "1"]
    stores = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db"]
    settings = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    environ = {**os.environ, **settings}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [*command, *stores, "--artifacts-destination", str(folder / "artifacts")],
            cwd=folder,
            env=environ,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        wait_for(uri, process)
        yield uri
        process.terminate()


def wait_for(uri: str, process: "subprocess.Popen[bytes]") -> None:
    """Return when the server answers; its data base takes seconds to make."""
    while process.poll() is None:
        try:
            if requests.get(f"{uri}/health", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    pytest.fail(f"the server ended with status {process.returncode}")


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel whose answer is always ``rose``."""
    tf = import_tensorflow()
    texts = [tf.TensorSpec([None], tf.string, name) for name in ("image_bytes", "key")]

    def answer(image_bytes: Any, key: Any) -> dict[str, Any]:
        count = tf.size(image_bytes)
        return {
            "prediction": tf.ones([count], tf.int64),
            "scores": tf.tile([[0.25, 0.75]], [count, 1]),
            "classes": tf.tile([["daisy", "rose"]], [count, 1]),
            "error": tf.fill([count], ""),
            "key": key,
        }

    module, folder = tf.Module(), tmp_path_factory.mktemp("saved model")
    module.answer = tf.function(answer, input_signature=texts)
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.answer})
    return folder


def rest(uri: str, path: str, **query: str) -> dict[str, Any]:
    """Return what the server says, asked without MLflow's client."""
    answer = requests.get(f"{uri}/api/2.0/mlflow/{path}", query, timeout=30)
    answer.raise_for_status()
    return dict(answer.json())


def champion(uri: str) -> str:
    """Return Graft's number of the version that the alias means."""
    found = rest(uri, "registered-models/alias", name=FLOWERS, alias="champion")["model_version"]
    return str(next(tag["value"] for tag in found["tags"] if tag["key"] == "graft.version"))


@pytest.mark.timeout(600)
def test_logged_promoted_rolled_back_and_asked(
    server: str, saved_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = write_home(tmp_path / "home", saved_model)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    for _ in range(2):
        record = track_run(home, FLOWERS, "bad")
        assert record is not None
        assert record.error == ""
    assert record is not None
    experiment = rest(server, "experiments/get-by-name", experiment_name=FLOWERS)["experiment"]
    found = requests.post(
        f"{server}/api/2.0/mlflow/runs/search",
        json={"experiment_ids": [experiment["experiment_id"]]},
        timeout=30,
    ).json()["runs"]
    assert sorted(run["info"]["run_name"] for run in found) == ["bad", "good"]
    history = rest(server, "metrics/get-history", run_id=record.run, metric_key="loss")["metrics"]
    assert [(each["step"], each["value"]) for each in history] == [(1, 1.5), (2, 0.75)]
    files = rest(server, "artifacts/list", run_id=record.run)["files"]
    assert {f["path"] for f in files} == {"README.md", "metrics.json", "report.html", "model"}
    assert champion(server) == "1"
    by_hand.promote(home, FLOWERS, "2", who="ann")
    assert keep_aliases(home, FLOWERS) == ""
    assert champion(server) == "2"
    by_hand.roll_back(home, FLOWERS, who="ann")
    assert keep_aliases(home, FLOWERS) == ""
    assert champion(server) == "1"
    ran = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=tmp_path,
        env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"},
        capture_output=True,
        text=True,
    )
    assert ran.stdout.split() == ["rose", "False"], ran.stderr


@pytest.mark.timeout(600)
def test_a_server_that_was_away_gets_all_of_it(
    server: str, saved_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = write_home(tmp_path / "home", saved_model)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "later")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{LOOPBACK}:9")
    record = track_run(home, FLOWERS, "good")
    assert record is not None
    assert "refused" in record.error
    ran = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "mlflow", "sync"],
        cwd=CHECKOUT,
        env={**os.environ, **home.environ(), "MLFLOW_TRACKING_URI": server},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert f"{server} has 2 of 2 runs, and the aliases of {FLOWERS}" in ran.stdout
    after = read_tracking(Home(home.root), "good")
    assert after is not None
    assert (after.error, bool(after.run)) == ("", True)
