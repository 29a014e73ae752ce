"""The program's errors, in this process; test_track.py starts it."""

import time
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tasks.tracking import job
from tasks.tracking.settings import TRACKING_URI

FLAGS = ["--name", "flowers", "--check"]


@pytest.fixture(autouse=True)
def bounded(monkeypatch: pytest.MonkeyPatch, mlflow_quiet: None) -> None:
    for name, value in (("TIMEOUT", "1"), ("MAX_RETRIES", "0")):
        monkeypatch.setenv(f"MLFLOW_HTTP_REQUEST_{name}", value)


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "Credential *** is wrong"), (500, "500 error responses"), (404, "404")],
)
def test_what_a_server_says_is_told_without_secrets(
    status: int,
    said: str,
    httpserver: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    httpserver.expect_request("/api/2.0/mlflow/experiments/search").respond_with_data(
        "Credential very+secret is wrong", status
    )
    monkeypatch.setenv(TRACKING_URI, httpserver.url_for("/"))
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ann")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "very+secret")
    assert job.main(FLAGS) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert said in last
    assert "very+secret" not in last
    (request,) = [each for each, _ in httpserver.log]
    assert request.authorization is not None
    assert request.authorization.password == "very+secret"  # noqa: S105 - of the test


def test_a_slow_server_is_given_up(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def slowly(_: Request) -> Response:
        time.sleep(2)
        return Response("{}")

    httpserver.expect_request("/api/2.0/mlflow/experiments/search").respond_with_handler(slowly)
    monkeypatch.setenv(TRACKING_URI, httpserver.url_for("/"))
    assert job.main(FLAGS) == 1
    assert "timed out" in capsys.readouterr().err.splitlines()[-1].lower()


def test_without_a_server_there_is_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(TRACKING_URI, raising=False)
    assert job.main(["--name", "flowers", "run"]) == 0
