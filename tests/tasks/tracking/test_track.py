"""A step that logs a run: the process that it starts, and servers that are away."""

import logging

import pytest
from pytest_httpserver import HTTPServer

from support.network import LOOPBACK
from tasks.errors import NetworkError
from tasks.registry.champion import FLOWERS
from tasks.runs.note import run_note
from tasks.runs.summary import summary
from tasks.runs.tracking_record import read_tracking
from tasks.storage.paths import Home
from tasks.tracking.settings import SECONDS, TRACKING_URI, tracking
from tasks.tracking.track import check_server, keep_aliases, track_run


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a server that is away, with a password."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv(TRACKING_URI, f"http://ann:secret@{LOOPBACK}:9")
    return f"http://{LOOPBACK}:9"


def test_the_run_goes_on_and_says_what_was_not_logged(
    home: Home, refused: str, caplog: pytest.LogCaptureFixture
) -> None:
    record = track_run(home, FLOWERS, "good")
    assert record is not None
    assert record == read_tracking(home, "good")
    assert (record.server, record.run) == (refused, "")
    assert record.error == "it cannot be reached: Connection refused"
    (said,) = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert f"MLflow: not logged to {refused}: " in said.getMessage()
    assert said.getMessage().endswith("; graft mlflow sync catches up")
    assert "secret" not in caplog.text
    assert any("MLflow      not logged to" in line for line in summary(home, "good"))
    assert "**MLflow**: `not logged to" in run_note(home, "good")


def test_a_server_that_accepts_and_says_nothing_costs_bounded_time(
    home: Home, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TRACKING_URI, httpserver.url_for("/"))
    monkeypatch.setenv(SECONDS, "1")
    record = track_run(home, FLOWERS, "good")
    assert record is not None
    assert record.error == f"it took too long; {SECONDS} says how many seconds it may take"
    assert keep_aliases(home, FLOWERS).startswith("MLflow's aliases are not in step: it took too")


def test_without_a_server_nothing_is_done(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TRACKING_URI, raising=False)
    assert track_run(home, FLOWERS, "good") is None
    assert read_tracking(home, "good") is None
    assert keep_aliases(home, FLOWERS) == ""


def test_a_wrong_setting_fails_no_run(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(TRACKING_URI, "mlflow")
    assert track_run(home, FLOWERS, "good") is None
    assert f"not logged to MLflow: {TRACKING_URI} is 'mlflow', expected a URI" in caplog.text
    assert f"{TRACKING_URI} is 'mlflow'" in keep_aliases(home, FLOWERS)


def test_a_check_says_what_is_wrong(refused: str) -> None:
    server = tracking()
    assert server is not None
    with pytest.raises(NetworkError, match="refused"):
        check_server(server)
