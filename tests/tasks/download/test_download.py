"""Downloads against a real HTTP server on the loopback interface."""

import hashlib
import json
import logging
import re
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest

from tasks.download import progress
from tasks.download.download import download, downloaded_file, file_name
from tasks.download.transfer import RetryPolicy, redact
from tasks.errors import DataError, NetworkError, ParamsError, StorageError
from tasks.storage.artifact import Artifact
from tasks.storage.paths import CHECKOUT

POLICY = RetryPolicy(
    attempts=3, connect_timeout=2, read_timeout=0.2, first_wait=0.01, longest_wait=0.02
)
CONTENT = bytes(range(256)) * 4096
OTHER = CONTENT[::-1]

Answer = Callable[["Handler"], None]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves ``server.content`` well, unless ``server.script`` has an answer for this request."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        if self.server.script:
            self.close_connection = True
            self.server.script.popleft()(self)
        else:
            self.serve()

    def serve(self, *, drop_at: int | None = None, length: int | None = None) -> None:
        content, etag = self.server.content, self.server.etag
        if etag and self.headers.get("If-None-Match") == etag:
            self.answer(304)
            return
        start = 0
        if self.headers.get("Range") and self.headers.get("If-Range") == etag:
            start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        body = content[start:]
        headers = {"Content-Length": str(len(body) if length is None else length)}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.answer(206 if start else 200, headers | self.server.extra, body[:drop_at])

    def answer(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        self.send_response(status)
        if self.server.etag:
            self.send_header("ETag", self.server.etag)
        for name, value in (headers or {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = CONTENT
        self.etag = '"v1"'
        self.extra: dict[str, str] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.script: deque[Answer] = deque()
        self.stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/data/flowers.tar.gz"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some of the tests are about."""

    def stop(self) -> None:
        self.stopped.set()
        self.shutdown()
        self.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Server()
    # The default poll of 0.5 s is what shutdown() waits for.
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    if not server.stopped.is_set():
        server.stop()


@pytest.fixture
def fetch(server: Server, tmp_path: Path) -> Callable[..., Artifact]:
    def fetch(url: str | None = None, expected: str | None = None) -> Artifact:
        return download(url or server.url, tmp_path, expected, policy=POLICY)

    return fetch


Fetch = Callable[..., Artifact]


def drop(at: int) -> Answer:
    return lambda handler: handler.serve(drop_at=at)


def status(code: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.answer(code, {"Content-Length": "0"} | named)


def stall(at: int) -> Answer:
    def answer(handler: Handler) -> None:
        handler.serve(drop_at=at)
        handler.wfile.flush()
        handler.server.stopped.wait()

    return answer


def say_nothing(handler: Handler) -> None:
    handler.server.stopped.wait()


def ranges(server: Server) -> list[str | None]:
    return [headers.get("Range") for _, headers in server.requests]


def is_clean(downloads: Path) -> bool:
    """Whether nothing half-done is left."""
    return not list(downloads.rglob("*.part*")) and not list(downloads.glob(".*/"))


class TestWhole:
    def test_file_lies_under_the_digest_of_its_content(self, fetch: Fetch, tmp_path: Path) -> None:
        artifact = fetch()
        file = downloaded_file(artifact.path)
        assert file == tmp_path / artifact.digest / "flowers.tar.gz"
        assert file.read_bytes() == CONTENT
        assert not artifact.reused
        assert is_clean(tmp_path)

    def test_pointer_says_what_the_url_gave(
        self, fetch: Fetch, server: Server, tmp_path: Path
    ) -> None:
        server.extra = {"Last-Modified": "Mon, 02 Jan 2023 03:04:05 GMT"}
        artifact = fetch()
        (pointer,) = (tmp_path / "sources").glob("*.json")
        source = json.loads(pointer.read_text())
        assert source.pop("downloaded_at")
        assert source == {
            "url": server.url,
            "etag": '"v1"',
            "last_modified": "Mon, 02 Jan 2023 03:04:05 GMT",
            "size": len(CONTENT),
            "sha256": sha256(CONTENT),
            "artifact": artifact.digest,
        }

    def test_redirect_is_followed_and_the_first_name_kept(
        self, fetch: Fetch, server: Server
    ) -> None:
        server.script.append(status(302, Location="/elsewhere/other.bin"))
        assert downloaded_file(fetch().path).name == "flowers.tar.gz"
        assert [path for path, _ in server.requests] == [
            "/data/flowers.tar.gz",
            "/elsewhere/other.bin",
        ]

    def test_body_is_kept_as_sent_whatever_its_declared_encoding(
        self, fetch: Fetch, server: Server
    ) -> None:
        server.extra = {"Content-Encoding": "gzip"}
        assert downloaded_file(fetch().path).read_bytes() == CONTENT
        assert server.requests[0][1]["Accept-Encoding"] == "identity"

    def test_chunked_and_cut(self, fetch: Fetch, server: Server) -> None:
        for body in (b"5\r\nhel", b"5\r\nhello\r\n", b""):
            server.script.append(
                lambda h, body=body: h.answer(200, {"Transfer-Encoding": "chunked"}, body)
            )
        with pytest.raises(NetworkError, match="broke off after"):
            fetch()

    def test_length_may_be_unknown(self, fetch: Fetch, server: Server) -> None:
        chunked = b"5\r\nhello\r\n0\r\n\r\n"
        server.script.append(lambda h: h.answer(200, {"Transfer-Encoding": "chunked"}, chunked))
        assert downloaded_file(fetch().path).read_bytes() == b"hello"

    def test_progress_lines(
        self,
        fetch: Fetch,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(progress, "_PROGRESS_SECONDS", 0)
        caplog.set_level(logging.INFO)
        fetch()
        lines = [message for message in caplog.messages if "MiB/s" in message]
        assert re.search(r"gz: \d\.\d of 1\.0 MiB, [\d.]+ MiB/s, \d+ s left$", lines[0])
        assert re.search(r"gz: 1\.0 of 1\.0 MiB, [\d.]+ MiB/s, done in [\d.]+ s$", lines[-1])

    def test_two_urls_of_one_content_share_it(self, fetch: Fetch, server: Server) -> None:
        first = fetch()
        second = fetch(server.url + "?mirror=2")
        assert second.path == first.path
        assert second.reused


class TestResume:
    def test_dropped_connection_goes_on_where_it_broke(self, fetch: Fetch, server: Server) -> None:
        server.script.append(drop(100_000))
        assert downloaded_file(fetch().path).read_bytes() == CONTENT
        assert ranges(server) == [None, "bytes=100000-"]
        assert server.requests[1][1]["If-Range"] == '"v1"'

    def test_next_call_goes_on_too(self, fetch: Fetch, server: Server, tmp_path: Path) -> None:
        server.script.extend([drop(100_000), status(503), status(503)])
        with pytest.raises(NetworkError, match="answered 503"):
            fetch()
        assert downloaded_file(fetch().path).read_bytes() == CONTENT
        assert ranges(server)[-1] == "bytes=100000-"
        assert is_clean(tmp_path)

    def test_file_changed_meanwhile_starts_over(self, fetch: Fetch, server: Server) -> None:
        def drop_then_change(handler: Handler) -> None:
            handler.serve(drop_at=100_000)
            server.content, server.etag = OTHER, '"v2"'

        server.script.append(drop_then_change)
        assert downloaded_file(fetch().path).read_bytes() == OTHER
        assert ranges(server) == [None, "bytes=100000-"]

    def test_server_without_ranges_starts_over(self, fetch: Fetch, server: Server) -> None:
        whole = {"Content-Length": str(len(CONTENT))}
        server.script.extend([drop(100_000), lambda h: h.answer(200, whole, CONTENT)])
        assert downloaded_file(fetch().path).read_bytes() == CONTENT

    @pytest.mark.parametrize("etag", ['W/"v1"', ""])
    def test_no_resume_without_a_strong_etag(self, fetch: Fetch, server: Server, etag: str) -> None:
        server.etag = etag
        server.script.append(drop(100_000))
        assert downloaded_file(fetch().path).read_bytes() == CONTENT
        assert ranges(server) == [None, None]

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
        self, fetch: Fetch, server: Server, wrong: Answer
    ) -> None:
        server.script.extend([drop(100_000), wrong])
        assert downloaded_file(fetch().path).read_bytes() == CONTENT
        assert ranges(server) == [None, "bytes=100000-", None]

    def test_206_of_another_version_starts_over(self, fetch: Fetch, server: Server) -> None:
        def lie(handler: Handler) -> None:
            server.content, server.etag = OTHER, '"v2"'
            body = OTHER[100_000:]
            span = f"bytes 100000-{len(OTHER) - 1}/{len(OTHER)}"
            handler.answer(206, {"Content-Length": str(len(body)), "Content-Range": span}, body)

        server.script.extend([drop(100_000), lie])
        assert downloaded_file(fetch().path).read_bytes() == OTHER


class TestServerFails:
    def test_404(self, fetch: Fetch, server: Server) -> None:
        server.script.append(status(404))
        with pytest.raises(DataError, match=rf"^{server.url} answered 404 Not Found, expected 200"):
            fetch()
        assert len(server.requests) == 1

    def test_404_fails_even_when_a_download_is_there(self, fetch: Fetch, server: Server) -> None:
        first = fetch()
        server.script.append(status(404))
        with pytest.raises(DataError, match="answered 404"):
            fetch()
        assert downloaded_file(first.path).read_bytes() == CONTENT

    @pytest.mark.parametrize("code", [500, 503, 408, 429])
    def test_temporary_status_is_tried_again(self, fetch: Fetch, server: Server, code: int) -> None:
        server.script.extend([status(code), status(code)])
        assert downloaded_file(fetch().path).read_bytes() == CONTENT

    def test_lasting_503_fails_even_when_a_download_is_there(
        self, fetch: Fetch, server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        fetch()
        server.script.extend([status(503)] * 3)
        with pytest.raises(
            NetworkError, match="gz: answered 503 Service Unavailable; attempts made: 3"
        ):
            fetch()
        assert "answered 503 Service Unavailable; attempt 1 of 3, the next in" in caplog.text

    def test_refused_connection(self, tmp_path: Path) -> None:
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{bound.getsockname()[1]}/a.tar"
            with pytest.raises(NetworkError, match=rf"^{url}: .*refused; attempts made: 3") as e:
                download(url, tmp_path, policy=POLICY)
        assert type(e.value) is NetworkError

    def test_server_that_never_answers(self, fetch: Fetch, server: Server) -> None:
        server.script.extend([say_nothing] * 3)
        with pytest.raises(NetworkError, match=r"gz: no answer within 0.2 s; attempts made: 3"):
            fetch()

    def test_server_that_stalls_midway(self, fetch: Fetch, server: Server) -> None:
        server.script.extend([stall(100_000)] * 3)
        with pytest.raises(
            NetworkError, match=r"nothing came for 0.2 s after 300,000 of 1,048,576"
        ):
            fetch()

    def test_truncated_every_time(self, fetch: Fetch, server: Server, tmp_path: Path) -> None:
        server.etag = ""
        server.script.extend([drop(100_000)] * 3)
        with pytest.raises(NetworkError, match="broke off after 100,000 of 1,048,576 bytes"):
            fetch()
        assert not list(tmp_path.glob("*/artifact.json"))

    def test_length_longer_than_the_file(self, fetch: Fetch, server: Server) -> None:
        server.etag = ""
        wrong: Answer = lambda handler: handler.serve(length=len(CONTENT) + 9)  # noqa: E731
        server.script.extend([wrong] * 3)
        with pytest.raises(NetworkError, match="broke off after 1,048,576 of 1,048,585 bytes"):
            fetch()

    def test_redirect_to_another_scheme(self, fetch: Fetch, server: Server, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text("secret")
        server.script.append(status(302, Location=secret.as_uri()))
        with pytest.raises(DataError, match="redirects to another scheme, expected http or https"):
            fetch()

    def test_redirect_without_end(self, fetch: Fetch, server: Server) -> None:
        server.script.extend([status(302, Location="/again.tar")] * 40)
        with pytest.raises(DataError, match="redirects without end: Exceeded 30 redirects"):
            fetch()

    def test_unasked_206(self, fetch: Fetch, server: Server) -> None:
        server.script.append(status(206, Content_Range="bytes 0-9/10"))
        with pytest.raises(DataError, match="answered 206 Partial Content, expected 200"):
            fetch()


class TestReuse:
    def test_unchanged_by_etag(
        self, fetch: Fetch, server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        first = fetch()
        caplog.set_level(logging.INFO)
        second = fetch()
        assert second.path == first.path
        assert second.reused
        assert "has not changed since" in caplog.text
        assert server.requests[-1][1]["If-None-Match"] == '"v1"'

    def test_unchanged_by_date(self, fetch: Fetch, server: Server) -> None:
        server.etag, server.extra = "", {"Last-Modified": "Mon, 02 Jan 2023 03:04:05 GMT"}
        fetch()
        server.script.append(lambda handler: handler.answer(304))
        assert fetch().reused
        assert server.requests[-1][1]["If-Modified-Since"] == "Mon, 02 Jan 2023 03:04:05 GMT"

    def test_changed_file_is_downloaded_beside_the_old(self, fetch: Fetch, server: Server) -> None:
        first = fetch()
        server.content, server.etag = OTHER, '"v2"'
        second = fetch()
        assert downloaded_file(second.path).read_bytes() == OTHER
        assert downloaded_file(first.path).read_bytes() == CONTENT

    def test_offline(self, fetch: Fetch, server: Server, caplog: pytest.LogCaptureFixture) -> None:
        first = fetch()
        server.stop()
        second = fetch()
        assert second.path == first.path
        assert second.reused
        warning = rf"{server.url}: .*; attempts made: 3; reused the download of \d{{4}}-"
        assert re.search(warning, caplog.text)

    def test_damaged_download_is_downloaded_again(self, fetch: Fetch, server: Server) -> None:
        downloaded_file(fetch().path).write_bytes(b"")
        again = fetch()
        assert downloaded_file(again.path).read_bytes() == CONTENT
        assert "If-None-Match" not in server.requests[-1][1]

    def test_damaged_pointer_is_replaced(
        self, fetch: Fetch, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        fetch()
        (pointer,) = (tmp_path / "sources").glob("*.json")
        pointer.write_text("{}")
        assert fetch().reused
        assert "cannot be read" in caplog.text
        assert json.loads(pointer.read_text())["sha256"] == sha256(CONTENT)

    def test_two_at_once_transfer_once(self, fetch: Fetch, server: Server) -> None:
        artifacts: list[Artifact] = []
        threads = [
            threading.Thread(target=lambda: artifacts.append(fetch(expected=sha256(CONTENT))))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(artifact.reused for artifact in artifacts) == [False, True]
        assert len(server.requests) == 1


class TestSha256:
    def test_known_content_needs_no_request(self, fetch: Fetch, server: Server) -> None:
        first = fetch(expected=sha256(CONTENT))
        requests = len(server.requests)
        second = fetch(expected=sha256(CONTENT))
        assert second.path == first.path
        assert second.reused
        assert len(server.requests) == requests

    def test_mismatch_keeps_the_old_and_nothing_of_the_new(
        self, fetch: Fetch, server: Server, tmp_path: Path
    ) -> None:
        first = fetch()
        (pointer,) = (tmp_path / "sources").glob("*.json")
        before = pointer.read_text()
        server.content, server.etag = OTHER, '"v2"'
        expected = "0" * 64
        with pytest.raises(
            DataError, match=rf"^{server.url} has SHA-256 {sha256(OTHER)}, expected {expected}"
        ):
            fetch(expected=expected)
        assert is_clean(tmp_path)
        assert pointer.read_text() == before
        assert len(list(tmp_path.glob("*/artifact.json"))) == 1
        assert fetch(expected=sha256(CONTENT)).path == first.path

    def test_other_content_is_asked_for_unconditionally(self, fetch: Fetch, server: Server) -> None:
        fetch()
        server.content = OTHER  # and the very same ETag
        assert downloaded_file(fetch(expected=sha256(OTHER)).path).read_bytes() == OTHER

    def test_offline_with_other_content_fails(self, fetch: Fetch, server: Server) -> None:
        fetch()
        server.stop()
        with pytest.raises(NetworkError, match="attempts made: 3"):
            fetch(expected=sha256(OTHER))


class TestOtherSchemes:
    def test_file_is_copied(self, tmp_path: Path) -> None:
        source = tmp_path / "with space.tar"
        source.write_bytes(CONTENT)
        artifact = download(source.as_uri(), tmp_path / "downloads")
        assert downloaded_file(artifact.path).name == "with_space.tar"
        source.unlink()
        assert downloaded_file(artifact.path).read_bytes() == CONTENT

    def test_file_is_copied_again_only_when_changed(self, tmp_path: Path) -> None:
        source = tmp_path / "a.tar"
        source.write_bytes(b"one")
        first = download(source.as_uri(), tmp_path / "downloads")
        assert download(source.as_uri(), tmp_path / "downloads").reused
        source.write_bytes(b"other")
        second = download(source.as_uri(), tmp_path / "downloads")
        assert second.path != first.path

    def test_any_file_system_of_fsspec(self, tmp_path: Path) -> None:
        fsspec.filesystem("memory").pipe("/bucket/a.tar", CONTENT)
        artifact = download("memory://bucket/a.tar", tmp_path)
        assert downloaded_file(artifact.path).read_bytes() == CONTENT
        assert download("memory://bucket/a.tar", tmp_path).reused

    def test_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"^file:///nowhere/a.tar: no such file"):
            download("file:///nowhere/a.tar", tmp_path)

    def test_folder(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="is a directory, expected a file"):
            download(tmp_path.as_uri(), tmp_path / "downloads")

    def test_no_permission(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fsspec.filesystem("memory").pipe("/bucket/b.tar", CONTENT)
        memory = type(fsspec.filesystem("memory"))

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(memory, "open", refuse)
        with pytest.raises(DataError, match=r"b.tar may not be read: permission denied"):
            download("memory://bucket/b.tar", tmp_path)

    def test_unreachable_file_system(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("no route to memory://u:secret@bucket\nand more")

        memory = type(fsspec.filesystem("memory"))
        fsspec.filesystem("memory").pipe("/bucket/c.tar", CONTENT)
        download("memory://bucket/c.tar", tmp_path)
        monkeypatch.setattr(memory, "info", fail)
        assert download("memory://bucket/c.tar", tmp_path).reused
        assert "reused the download of" in caplog.text
        with pytest.raises(NetworkError, match=r"d.tar cannot be read: no route to [^\n]*$") as e:
            download("memory://u:secret@bucket/d.tar", tmp_path)
        assert "secret" not in str(e.value)

    @pytest.mark.parametrize(
        ("url", "message"),
        [
            ("gopherx://host/a.tar", "scheme 'gopherx' cannot be used .*Protocol not known"),
            ("a.tar", "^a.tar has no scheme, expected http, https, file or another"),
            ("file://other/a.tar", "names a host, expected file:///absolute/path"),
            ("http://example.org/", "names no file, expected a URL that ends in a file name"),
            ("http://example.org", "names no file"),
            ("http://example.org/a/%2e%2e", "names no file"),
            ("s3://bucket", "names no file"),
            ("http:///a.tar", "is malformed, expected http://host/path"),
            ("http://[::1/a.tar", "is malformed, expected scheme://host/path"),
        ],
    )
    def test_bad_url(self, tmp_path: Path, url: str, message: str) -> None:
        with pytest.raises(ParamsError, match=message):
            download(url, tmp_path, policy=POLICY)


class TestNamesAndSecrets:
    @pytest.mark.parametrize(
        ("url", "name"),
        [
            ("http://h/flowers%20v2.tar.gz?x=/y", "flowers_v2.tar.gz"),
            ("http://h/..%2F..%2Fpasswd", "passwd"),
            ("http://h/.hidden", "hidden"),
            ("http://h/artifact.json", "file-artifact.json"),
            ("s3://bucket/a/b.tgz", "b.tgz"),
        ],
    )
    def test_file_name(self, url: str, name: str) -> None:
        assert file_name(url) == name

    @pytest.mark.parametrize(
        ("url", "safe"),
        [
            ("http://u:p@h:1/a?k=v#f", "http://***@h:1/a?***"),
            ("http://u:p@[::1/a", "http://***@[::1/a"),
            ("http://h/a@b", "http://h/a@b"),
        ],
    )
    def test_redact(self, url: str, safe: str) -> None:
        assert redact(url) == safe

    def test_secrets_stay_out_of_logs_errors_and_files(
        self,
        fetch: Fetch,
        server: Server,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.INFO, logger="tasks")
        url = server.url.replace("//", "//me:pa55word@") + "?token=t0ken"
        server.script.extend([drop(10), status(503)])
        fetch(url)
        server.stop()
        fetch(url)
        with pytest.raises(NetworkError) as e:
            fetch(url, "0" * 64)
        assert e.value.__suppress_context__
        texts = [path.read_text(errors="ignore") for path in tmp_path.rglob("*.json")]
        for text in (str(e.value), caplog.text, *texts):
            assert "pa55word" not in text
            assert "t0ken" not in text


class TestStorage:
    def test_folder_below_a_file(self, server: Server, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match=r"cannot write .*file.*set GRAFT_HOME"):
            download(server.url, tmp_path / "file" / "downloads", policy=POLICY)

    def test_full_disk(self, tmp_path: Path) -> None:
        source = tmp_path / "a.tar"
        source.write_bytes(CONTENT)
        downloads = tmp_path / "downloads"
        code = (
            "import resource, sys; from pathlib import Path\n"
            "from tasks.download.download import download\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
            "download(sys.argv[1], Path(sys.argv[2]))"
        )
        failed = subprocess.run(
            [sys.executable, "-c", code, source.as_uri(), str(downloads)],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
        )
        assert "StorageError: no room left while writing" in failed.stderr
        assert not list(downloads.glob("*/artifact.json"))
        assert downloaded_file(download(source.as_uri(), downloads).path).read_bytes() == CONTENT

    def test_not_a_download(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"is not a download, expected artifact\.json"):
            downloaded_file(tmp_path)
