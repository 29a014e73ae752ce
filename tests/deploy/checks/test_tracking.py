import pytest

from deploy.checks import tracking as check
from deploy.checks.tracking import check_tracking
from tasks.errors import NetworkError
from tasks.tracking.settings import TRACKING_URI, Tracking


def test_no_server_is_fine() -> None:
    assert check_tracking({}) == f"{TRACKING_URI} is not set: runs are not logged to it"


def test_a_server_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Tracking] = []
    monkeypatch.setattr(check, "check_server", asked.append)
    environ = {TRACKING_URI: "http://ann:secret@mlflow:5000"}
    assert check_tracking(environ) == "runs are logged to http://mlflow:5000"
    assert [each.uri for each in asked] == ["http://mlflow:5000"]


def test_a_server_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(server: Tracking) -> None:
        raise NetworkError("refused")

    monkeypatch.setattr(check, "check_server", away)
    with pytest.raises(
        NetworkError, match=r"http://mlflow does not answer as it should \(refused\)"
    ):
        check_tracking({TRACKING_URI: "http://mlflow"})
