"""Guard before the routes, at a real server."""

import pytest

from support.serving import Server, picture, rows
from tasks.serving.guard import Guard
from tasks.serving.metrics import Metrics


@pytest.mark.parametrize(
    "host", ["localhost:8501", "127.0.0.1", "[::1]:80", "192.168.1.7:8501", "Graft.example:1"]
)
def test_addresses_and_names_of_its_own_are_answered(server: Server, host: str) -> None:
    assert server.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8501", "localhost.", "["])
def test_other_names_are_not(server: Server, host: str) -> None:
    answer = server.get("/v1/models/flowers", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.json()["error"] == (
        f"this server is not asked for as {host!r}, expected an address, localhost or a name that "
        "--allow-host gives"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_pages_of_other_origins_may_not_ask(server: Server, headers: dict[str, str]) -> None:
    for path in ("/ask", "/v1/models/flowers:predict"):
        answer = server.post(path, data=b"x", headers=headers)
        assert answer.status_code == 403
        assert answer.json() == {"error": "a page of another origin may not ask this server"}


def test_its_own_page_may(server: Server) -> None:
    headers = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
    assert server.post("/ask", data=picture("red"), headers=headers).status_code == 200
    # A link from another site may open the page.
    assert server.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_every_answer_has_the_headers(server: Server) -> None:
    for answer in (server.get("/"), server.get("/nothing"), server.predict(rows(picture("red")))):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_requests_are_counted_by_kind(server: Server) -> None:
    def counted() -> list[str]:
        lines = server.get("/metrics").text.splitlines()
        return [line for line in lines if line.startswith('graft_requests_total{kind="page",s')]

    before = counted()
    server.get("/nothing/of/the/kind")
    assert before != counted()


def test_a_draining_server_ends_connections() -> None:
    guard = Guard(lambda *_: None, (), Metrics())  # type: ignore[arg-type]  # not called
    assert (b"connection", b"close") not in guard._headers()
    guard.draining = True
    assert (b"connection", b"close") in guard._headers()
