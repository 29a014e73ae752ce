"""Health checks against a real HTTP server."""

import socket

import pytest
from pytest_httpserver import HTTPServer

from deploy.healthy import check, main
from tasks.errors import NetworkError

AIRFLOW = {"metadatabase": {"status": "healthy"}, "dag_processor": {"status": "unhealthy"}}


def test_200_is_healthy(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("anything")
    check(httpserver.url_for(""))


def test_a_component_that_is_healthy(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/health").respond_with_json(AIRFLOW)
    check(httpserver.url_for("/health"), "metadatabase")


def test_another_status_is_an_error(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/health").respond_with_json({}, status=503)
    with pytest.raises(NetworkError, match=r"/health answered 503, expected 200"):
        check(httpserver.url_for("/health"))


def test_a_component_that_is_not_healthy(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/health").respond_with_json(AIRFLOW)
    with pytest.raises(
        NetworkError, match="reports dag_processor as 'unhealthy', expected 'healthy'"
    ):
        check(httpserver.url_for("/health"), "dag_processor")


@pytest.mark.parametrize("body", ["<html>", "[]", "null", "{}", '{"triggerer": null}'])
def test_an_answer_without_the_component(body: str, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/health").respond_with_data(body)
    with pytest.raises(NetworkError, match=r"/health has no status of 'triggerer': b'"):
        check(httpserver.url_for("/health"), "triggerer")


def test_nobody_answers() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens, and nobody else can
        with pytest.raises(NetworkError, match=r"does not answer: .*refused"):
            check(f"http://127.0.0.1:{held.getsockname()[1]}/")


def test_main_says_in_a_line_what_is_wrong(
    httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    httpserver.expect_request("/health").respond_with_json(AIRFLOW)
    assert main([httpserver.url_for("/health"), "metadatabase"]) == 0
    assert main([httpserver.url_for("/health"), "dag_processor"]) == 1
    assert capsys.readouterr().err.endswith("expected 'healthy'\n")
