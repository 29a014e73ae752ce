import pytest

from tasks.errors import SetupError
from tasks.tracking.settings import SECONDS, TRACKING_URI, tracking


@pytest.mark.parametrize("environ", [{}, {TRACKING_URI: " "}])
def test_without_a_uri_there_is_no_server(environ: dict[str, str]) -> None:
    assert tracking(environ) is None


def test_credentials_in_the_uri_become_variables_and_are_hidden() -> None:
    found = tracking({TRACKING_URI: "https://ann:pass%40word@mlflow.example.org:5000/x"})
    assert found is not None
    assert found.uri == found.shown == "https://mlflow.example.org:5000/x"
    assert found.environ[TRACKING_URI] == found.uri
    assert found.environ["MLFLOW_TRACKING_USERNAME"] == "ann"
    assert found.environ["MLFLOW_TRACKING_PASSWORD"] == "pass@word"  # noqa: S105 - of the test
    assert "word" not in found.hide("401 for https://ann:pass%40word@mlflow: pass@word is wrong")
    assert found.hide("ann cannot") == "*** cannot"
    assert "word" not in repr(found)


@pytest.mark.parametrize("name", ["MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN"])
def test_credentials_in_variables_are_hidden(name: str) -> None:
    found = tracking({TRACKING_URI: "http://mlflow", name: "very secret"})
    assert found is not None
    assert found.environ[name] == "very secret"
    assert found.hide("not 'very secret', very%20secret") == "not '***', ***"


def test_the_client_is_bounded_and_asks_nobody_else() -> None:
    found = tracking({TRACKING_URI: "http://mlflow", "MLFLOW_HTTP_REQUEST_TIMEOUT": "7"})
    assert found is not None
    assert found.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "7"
    assert found.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "1"
    assert found.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert found.seconds == 300


@pytest.mark.parametrize("uri", ["mlflow:5000", "databricks", "file:/mlruns", "ftp://u:secret@x/"])
def test_another_scheme_is_refused(uri: str) -> None:
    with pytest.raises(SetupError, match=r"expected a URI with http, https or sqlite") as caught:
        tracking({TRACKING_URI: uri})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("seconds", ["0", "-1", "1.5", "for ever"])
def test_so_are_seconds_that_are_none(seconds: str) -> None:
    with pytest.raises(SetupError, match=rf"{SECONDS} is '{seconds}', expected seconds from 1 to"):
        tracking({TRACKING_URI: "http://mlflow", SECONDS: seconds})
