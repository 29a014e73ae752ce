"""Credentials in requests, and where redirects do not take them."""

import base64
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.http_server import CONTENT, ScriptedServer, drop, status
from tasks.download.credentials import Credentials
from tasks.download.download import download, downloaded_file
from tasks.download.transfer import RetryPolicy
from tasks.errors import NetworkError

SECRETS = Credentials("mé", "pa55:wörd", headers={"X-Api-Key": "k3y"})
BASIC = "Basic " + base64.b64encode("mé:pa55:wörd".encode()).decode()


@pytest.fixture
def other(server: ScriptedServer) -> Iterator[ScriptedServer]:
    """A server on another port."""
    other = ScriptedServer()
    other.start()
    yield other
    other.stop()


def fetch(url: str, folder: Path, policy: RetryPolicy) -> bytes:
    made = download(url, folder, policy=policy, credentials=SECRETS)
    return downloaded_file(made.path).read_bytes()


def test_they_are_sent_in_every_attempt(
    server: ScriptedServer, tmp_path: Path, policy: RetryPolicy
) -> None:
    server.script.append(drop(1000))
    assert fetch(server.url, tmp_path, policy) == CONTENT
    for _, headers in server.requests:
        assert (headers["Authorization"], headers["X-Api-Key"]) == (BASIC, "k3y")
    assert server.ranges == [None, "bytes=1000-"]


def test_they_go_before_those_of_the_url_and_of_netrc(
    server: ScriptedServer,
    tmp_path: Path,
    policy: RetryPolicy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    fetch(server.url.replace("//", "//u:p@"), tmp_path, policy)
    assert server.requests[0][1]["Authorization"] == BASIC


def test_they_follow_a_redirect_on_their_host(
    server: ScriptedServer, tmp_path: Path, policy: RetryPolicy
) -> None:
    server.script.append(status(302, Location="/elsewhere.tar"))
    fetch(server.url, tmp_path, policy)
    assert server.requests[1][1]["X-Api-Key"] == "k3y"
    assert server.requests[1][1]["Authorization"] == BASIC


def test_they_do_not_follow_one_to_another(
    server: ScriptedServer, other: ScriptedServer, tmp_path: Path, policy: RetryPolicy
) -> None:
    server.script.append(status(302, Location=other.url))
    assert fetch(server.url, tmp_path, policy) == CONTENT
    assert not {"Authorization", "X-Api-Key"} & set(other.requests[0][1])


def test_without_them_nothing_is_sent(
    server: ScriptedServer, tmp_path: Path, policy: RetryPolicy
) -> None:
    download(server.url, tmp_path, policy=policy)
    assert not {"Authorization", "X-Api-Key"} & set(server.requests[0][1])


def test_they_stay_out_of_files_logs_and_errors(
    server: ScriptedServer,
    tmp_path: Path,
    policy: RetryPolicy,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script.extend([drop(1000), status(503)])
    fetch(server.url, tmp_path, policy)
    server.script.extend([status(503)] * 3)
    with pytest.raises(NetworkError) as failed:
        fetch(server.url, tmp_path, policy)
    texts = [path.read_text(errors="ignore") for path in tmp_path.rglob("*.json")]
    for text in (str(failed.value), caplog.text, *texts):
        assert not [secret for secret in SECRETS.secrets if secret in text]
