"""Downloads over HTTP from a real server on the loopback interface."""

import dataclasses
import json
import logging
import socket
from pathlib import Path

import pytest

from support.downloads import Fetch, is_clean
from support.http_server import (
    CONTENT,
    OTHER,
    Answer,
    Handler,
    ScriptedServer,
    chunked,
    drop,
    say_nothing,
    stall,
    status,
)
from tasks.download.download import download, downloaded_file
from tasks.download.http import fetch_http
from tasks.download.transfer import RetryPolicy, Transfer, UnreachableError, Validators
from tasks.errors import DataError, NetworkError


class TestAnswer:
    def test_redirect_is_followed_and_the_first_name_kept(
        self, fetch: Fetch, server: ScriptedServer
    ) -> None:
        server.script.append(status(302, Location="/elsewhere/other.bin"))
        assert downloaded_file(fetch().path).name == "flowers.tar.gz"
        assert [path for path, _ in server.requests] == [
            "/data/flowers.tar.gz",
            "/elsewhere/other.bin",
        ]

    def test_body_is_kept_as_sent_whatever_its_declared_encoding(
        self, fetch: Fetch, server: ScriptedServer
    ) -> None:
        server.extra = {"Content-Encoding": "gzip"}
        assert downloaded_file(fetch().path).read_bytes() == CONTENT
        assert server.requests[0][1]["Accept-Encoding"] == "identity"

    def test_chunked_and_cut(self, fetch: Fetch, server: ScriptedServer) -> None:
        for body in (b"5\r\nhel", b"5\r\nhello\r\n", b""):
            server.script.append(chunked(body))
        with pytest.raises(NetworkError, match="broke off after"):
            fetch()

    def test_length_may_be_unknown(self, fetch: Fetch, server: ScriptedServer) -> None:
        server.script.append(chunked(b"5\r\nhello\r\n0\r\n\r\n"))
        assert downloaded_file(fetch().path).read_bytes() == b"hello"


class TestResume:
    def test_dropped_connection_goes_on_where_it_broke(
        self, fetch: Fetch, server: ScriptedServer
    ) -> None:
        server.script.append(drop(100_000))
        assert downloaded_file(fetch().path).read_bytes() == CONTENT
        assert server.ranges == [None, "bytes=100000-"]
        assert server.requests[1][1]["If-Range"] == '"v1"'

    def test_next_call_goes_on_too(
        self, fetch: Fetch, server: ScriptedServer, tmp_path: Path
    ) -> None:
        server.script.extend([drop(100_000), status(503), status(503)])
        with pytest.raises(NetworkError, match="answered 503"):
            fetch()
        assert downloaded_file(fetch().path).read_bytes() == CONTENT
        assert server.ranges[-1] == "bytes=100000-"
        assert is_clean(tmp_path)

    def test_file_changed_meanwhile_starts_over(self, fetch: Fetch, server: ScriptedServer) -> None:
        def drop_then_change(handler: Handler) -> None:
            handler.serve(drop_at=100_000)
            server.content, server.etag = OTHER, '"v2"'

        server.script.append(drop_then_change)
        assert downloaded_file(fetch().path).read_bytes() == OTHER
        assert server.ranges == [None, "bytes=100000-"]

    def test_server_without_ranges_starts_over(self, fetch: Fetch, server: ScriptedServer) -> None:
        whole = {"Content-Length": str(len(CONTENT))}
        server.script.extend([drop(100_000), lambda h: h.answer(200, whole, CONTENT)])
        assert downloaded_file(fetch().path).read_bytes() == CONTENT

    @pytest.mark.parametrize("etag", ['W/"v1"', ""])
    def test_no_resume_without_a_strong_etag(
        self, fetch: Fetch, server: ScriptedServer, etag: str
    ) -> None:
        server.etag = etag
        server.script.append(drop(100_000))
        assert downloaded_file(fetch().path).read_bytes() == CONTENT
        assert server.ranges == [None, None]

    @pytest.mark.parametrize(
        "wrong",
        [
            status(416),
            status(206, Content_Range="bytes 5-10/99"),
            status(206, Content_Range="nonsense"),
            status(206),
        ],
        ids=["416", "other start", "malformed", "no range"],
    )
    def test_wrong_answer_to_a_resume_starts_over(
        self, fetch: Fetch, server: ScriptedServer, wrong: Answer
    ) -> None:
        server.script.extend([drop(100_000), wrong])
        assert downloaded_file(fetch().path).read_bytes() == CONTENT
        assert server.ranges == [None, "bytes=100000-", None]

    def test_206_of_another_version_starts_over(self, fetch: Fetch, server: ScriptedServer) -> None:
        def lie(handler: Handler) -> None:
            server.content, server.etag = OTHER, '"v2"'
            body = OTHER[100_000:]
            span = f"bytes 100000-{len(OTHER) - 1}/{len(OTHER)}"
            handler.answer(206, {"Content-Length": str(len(body)), "Content-Range": span}, body)

        server.script.extend([drop(100_000), lie])
        assert downloaded_file(fetch().path).read_bytes() == OTHER


class TestServerFails:
    def test_404(self, fetch: Fetch, server: ScriptedServer) -> None:
        server.script.append(status(404))
        with pytest.raises(DataError, match=rf"^{server.url} answered 404 Not Found, expected 200"):
            fetch()
        assert len(server.requests) == 1

    def test_404_fails_even_when_a_download_is_there(
        self, fetch: Fetch, server: ScriptedServer
    ) -> None:
        first = fetch()
        server.script.append(status(404))
        with pytest.raises(DataError, match="answered 404"):
            fetch()
        assert downloaded_file(first.path).read_bytes() == CONTENT

    @pytest.mark.parametrize("code", [500, 503, 408, 429])
    def test_temporary_status_is_tried_again(
        self, fetch: Fetch, server: ScriptedServer, code: int
    ) -> None:
        server.script.extend([status(code), status(code)])
        assert downloaded_file(fetch().path).read_bytes() == CONTENT

    def test_lasting_503_fails_even_when_a_download_is_there(
        self, fetch: Fetch, server: ScriptedServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        fetch()
        server.script.extend([status(503)] * 3)
        with pytest.raises(
            NetworkError, match="gz: answered 503 Service Unavailable; attempts made: 3"
        ):
            fetch()
        assert "answered 503 Service Unavailable; attempt 1 of 3, the next in" in caplog.text

    def test_refused_connection(self, tmp_path: Path, policy: RetryPolicy) -> None:
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{bound.getsockname()[1]}/a.tar"
            with pytest.raises(NetworkError, match=rf"^{url}: .*refused; attempts made: 3") as e:
                download(url, tmp_path, policy=policy)
        assert type(e.value) is NetworkError

    def test_server_that_never_answers(self, fetch: Fetch, server: ScriptedServer) -> None:
        server.script.extend([say_nothing] * 3)
        with pytest.raises(NetworkError, match=r"gz: no answer within 0.2 s; attempts made: 3"):
            fetch()

    def test_server_that_stalls_midway(self, fetch: Fetch, server: ScriptedServer) -> None:
        server.script.extend([stall(100_000)] * 3)
        with pytest.raises(
            NetworkError, match=r"nothing came for 0.2 s after 300,000 of 1,048,576"
        ):
            fetch()

    def test_truncated_every_time(
        self, fetch: Fetch, server: ScriptedServer, tmp_path: Path
    ) -> None:
        server.etag = ""
        server.script.extend([drop(100_000)] * 3)
        with pytest.raises(NetworkError, match="broke off after 100,000 of 1,048,576 bytes"):
            fetch()
        assert not list(tmp_path.glob("*/artifact.json"))

    def test_length_longer_than_the_file(self, fetch: Fetch, server: ScriptedServer) -> None:
        server.etag = ""
        wrong: Answer = lambda handler: handler.serve(length=len(CONTENT) + 9)  # noqa: E731
        server.script.extend([wrong] * 3)
        with pytest.raises(NetworkError, match="broke off after 1,048,576 of 1,048,585 bytes"):
            fetch()

    def test_redirect_to_another_scheme(
        self, fetch: Fetch, server: ScriptedServer, tmp_path: Path
    ) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text("secret")
        server.script.append(status(302, Location=secret.as_uri()))
        with pytest.raises(DataError, match="redirects to another scheme, expected http or https"):
            fetch()

    def test_redirect_without_end(self, fetch: Fetch, server: ScriptedServer) -> None:
        server.script.extend([status(302, Location="/again.tar")] * 40)
        with pytest.raises(DataError, match="redirects without end: Exceeded 30 redirects"):
            fetch()

    def test_unasked_206(self, fetch: Fetch, server: ScriptedServer) -> None:
        server.script.append(status(206, Content_Range="bytes 0-9/10"))
        with pytest.raises(DataError, match="answered 206 Partial Content, expected 200"):
            fetch()


class TestUnchanged:
    def test_unchanged_by_etag(
        self, fetch: Fetch, server: ScriptedServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        first = fetch()
        caplog.set_level(logging.INFO)
        second = fetch()
        assert second.path == first.path
        assert second.reused
        assert "has not changed since" in caplog.text
        assert server.requests[-1][1]["If-None-Match"] == '"v1"'

    def test_unchanged_by_date(self, fetch: Fetch, server: ScriptedServer) -> None:
        server.etag, server.extra = "", {"Last-Modified": "Mon, 02 Jan 2023 03:04:05 GMT"}
        fetch()
        server.script.append(lambda handler: handler.answer(304))
        assert fetch().reused
        assert server.requests[-1][1]["If-Modified-Since"] == "Mon, 02 Jan 2023 03:04:05 GMT"


@pytest.fixture
def transfer(server: ScriptedServer, tmp_path: Path, policy: RetryPolicy) -> Transfer:
    """A transfer of the server's file that nothing is known of."""
    return Transfer(server.url, tmp_path / "file.part", None, policy)


class TestFetchHttp:
    def test_returns_what_tells_versions_apart(
        self, server: ScriptedServer, transfer: Transfer
    ) -> None:
        server.extra = {"Last-Modified": "Mon, 02 Jan 2023 03:04:05 GMT"}
        validators = fetch_http(transfer)
        assert validators == Validators('"v1"', "Mon, 02 Jan 2023 03:04:05 GMT")
        assert transfer.part.read_bytes() == CONTENT

    def test_a_known_version_is_not_transferred(self, transfer: Transfer) -> None:
        assert fetch_http(dataclasses.replace(transfer, known=Validators('"v1"'))) is None
        assert not transfer.part.exists()

    def test_what_broke_off_says_which_version_it_is(
        self,
        server: ScriptedServer,
        transfer: Transfer,
        policy: RetryPolicy,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.INFO)
        server.script.append(drop(2**19))
        once = dataclasses.replace(transfer, policy=dataclasses.replace(policy, attempts=1))
        with pytest.raises(NetworkError, match="broke off after 524,288 of 1,048,576 bytes"):
            fetch_http(once)
        assert json.loads(once.sidecar.read_text()) == {"url": server.url, "etag": '"v1"'}
        assert fetch_http(once) == Validators('"v1"')
        assert once.part.read_bytes() == CONTENT
        assert f"{server.url}: resumed at 0.5 MiB" in caplog.messages

    def test_no_answer_is_told_from_an_answer_that_broke_off(
        self, server: ScriptedServer, transfer: Transfer
    ) -> None:
        server.script.extend([say_nothing] * 3)
        with pytest.raises(UnreachableError, match="no answer within"):
            fetch_http(transfer)
        server.script.extend([drop(1000)] * 3)
        with pytest.raises(NetworkError, match="broke off after") as broke_off:
            fetch_http(transfer)
        assert type(broke_off.value) is NetworkError
