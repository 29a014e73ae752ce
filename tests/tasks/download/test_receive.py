"""Receipt of bodies: sizes, ends and rates, from a real server on the loopback interface."""

import gzip
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from support.downloads import Fetch, is_clean
from support.http_server import CONTENT, OTHER, Answer, Handler, ScriptedServer, chunked, drop
from tasks.download.download import download, downloaded_file
from tasks.download.receive import RateFloor, resumed_at
from tasks.download.transfer import RetryPolicy
from tasks.errors import DataError, NetworkError

ARCHIVE = gzip.compress(CONTENT[:5000])


def until_closed(body: bytes) -> Answer:
    """Return an answer whose end is the end of the connection."""
    return lambda handler: handler.answer(200, {"Connection": "close"}, body)


class TestEnd:
    def test_of_an_archive_of_unknown_length_is_the_archives_own(
        self, fetch: Fetch, server: ScriptedServer
    ) -> None:
        server.script.append(until_closed(ARCHIVE))
        assert downloaded_file(fetch().path).read_bytes() == ARCHIVE
        server.script.append(lambda handler: handler.answer(304))
        assert fetch().reused

    def test_of_an_archive_that_stops_is_missing(
        self, fetch: Fetch, server: ScriptedServer, tmp_path: Path
    ) -> None:
        server.etag = ""
        server.script.extend([until_closed(ARCHIVE[:-9])] * 3)
        with pytest.raises(NetworkError) as failed:
            fetch()
        assert str(failed.value) == (
            f"{server.url}: broke off after {len(ARCHIVE) - 9:,} bytes: the archive has no end; "
            "attempts made: 3"
        )
        assert not list(tmp_path.glob("*/artifact.json"))

    def test_of_another_file_is_uncertain_and_so_it_is_downloaded_again(
        self, fetch: Fetch, server: ScriptedServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.script.append(until_closed(CONTENT[:500]))
        assert downloaded_file(fetch().path).read_bytes() == CONTENT[:500]
        assert "the server does not say how long the file is" in caplog.text
        again = fetch()
        assert "If-None-Match" not in server.requests[-1][1]
        assert downloaded_file(again.path).read_bytes() == CONTENT

    def test_of_a_resumed_file_is_told_by_the_range(
        self, fetch: Fetch, server: ScriptedServer
    ) -> None:
        def rest(handler: Handler, at: int, stop: int) -> None:
            span = f"bytes {at}-{len(CONTENT) - 1}/{len(CONTENT)}"
            handler.answer(206, {"Content-Range": span, "Connection": "close"}, CONTENT[at:stop])

        server.script.extend(
            [drop(100_000), lambda h: rest(h, 100_000, 200_000), lambda h: rest(h, 200_000, 10**9)]
        )
        assert downloaded_file(fetch().path).read_bytes() == CONTENT
        assert server.ranges == [None, "bytes=100000-", "bytes=200000-"]

    @pytest.mark.parametrize("length", ["-5", "many", "9" * 5000, ""])
    def test_a_length_that_is_no_number_is_none(
        self, fetch: Fetch, server: ScriptedServer, length: str
    ) -> None:
        headers = {"Content-Length": length, "Connection": "close"}
        server.script.append(lambda handler: handler.answer(200, headers, ARCHIVE))
        assert downloaded_file(fetch().path).read_bytes() == ARCHIVE

    def test_two_lengths_are_a_malformed_answer(self, fetch: Fetch, server: ScriptedServer) -> None:
        headers = {"Content-Length": "5, 6", "Connection": "close"}
        server.script.extend([lambda handler: handler.answer(200, headers, ARCHIVE)] * 3)
        with pytest.raises(NetworkError, match=r"Content-Length contained multiple.*made: 3"):
            fetch()


class TestSize:
    def test_is_told_before_anything_is_received(
        self, server: ScriptedServer, tmp_path: Path, policy: RetryPolicy
    ) -> None:
        with pytest.raises(DataError) as refused:
            download(server.url, tmp_path, policy=policy, max_bytes=1000)
        assert str(refused.value) == (
            f"{server.url} has 1,048,576 bytes or more, expected at most 1,000; the param "
            "max_download_gib sets this limit, by default 64 GiB or half of the free disk"
        )
        assert len(server.requests) == 1
        assert is_clean(tmp_path)

    def test_is_told_while_a_body_without_length_comes(
        self, server: ScriptedServer, tmp_path: Path, policy: RetryPolicy
    ) -> None:
        def endless(handler: Handler) -> None:
            handler.answer(200, {"Transfer-Encoding": "chunked"})
            while not handler.server.stopped.is_set():
                handler.wfile.write(b"1000\r\n" + bytes(4096) + b"\r\n")

        server.script.append(endless)
        with pytest.raises(DataError, match=r"bytes or more, expected at most 1,000,000; the par"):
            download(server.url, tmp_path, policy=policy, max_bytes=10**6)
        assert is_clean(tmp_path)

    def test_of_a_copied_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.tar").write_bytes(CONTENT)
        with pytest.raises(DataError, match=r"a.tar has 1,048,576 bytes or more, expected at most"):
            download((tmp_path / "a.tar").as_uri(), tmp_path / "downloads", max_bytes=1000)
        assert is_clean(tmp_path / "downloads")

    def test_is_at_most_half_of_the_free_disk(
        self, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tasks.download.transfer.free_space", lambda path: (path, 2 * 10**6))
        with pytest.raises(DataError, match="expected at most 1,000,000; the param"):
            fetch()

    def test_up_to_the_limit_is_received(
        self, server: ScriptedServer, tmp_path: Path, policy: RetryPolicy
    ) -> None:
        made = download(server.url, tmp_path, policy=policy, max_bytes=len(CONTENT))
        assert downloaded_file(made.path).read_bytes() == CONTENT


class TestLeftBytes:
    """A failed download leaves only what the next one can go on from."""

    def test_are_deleted_without_a_strong_etag(
        self, fetch: Fetch, server: ScriptedServer, tmp_path: Path
    ) -> None:
        server.etag = 'W/"v1"'
        server.script.extend([drop(100_000)] * 3)
        with pytest.raises(NetworkError, match="broke off"):
            fetch()
        assert is_clean(tmp_path)

    def test_are_kept_with_one(self, fetch: Fetch, server: ScriptedServer, tmp_path: Path) -> None:
        server.script.extend([drop(100_000)] * 3)
        with pytest.raises(NetworkError, match="broke off"):
            fetch()
        assert not is_clean(tmp_path)
        fetch()
        assert server.ranges[-1] == "bytes=300000-"
        assert is_clean(tmp_path)


class TestRateFloor:
    @pytest.fixture
    def advance(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
        now = [100.0]
        monkeypatch.setattr("time.monotonic", lambda: now[0])

        def advance(seconds: float) -> None:
            now[0] += seconds

        return advance

    def test_a_byte_a_second_ends(self, advance: Callable[[float], None]) -> None:
        floor = RateFloor(RetryPolicy(slow_rate=1024, slow_seconds=60))
        for _ in range(59):
            advance(1)
            floor.add(1)
        advance(1)
        with pytest.raises(NetworkError) as ended:
            floor.add(1)
        assert str(ended.value) == "only 60 bytes came in 60.0 s, expected at least 1,024 bytes/s"

    def test_counts_anew_after_each_time(self, advance: Callable[[float], None]) -> None:
        floor = RateFloor(RetryPolicy(slow_rate=10, slow_seconds=60))
        for count in (600, 10**9):
            advance(60)
            floor.add(count)
        advance(60)
        with pytest.raises(NetworkError, match=r"only 599 bytes came in 60\.0 s"):
            floor.add(599)

    def test_a_trickling_server_is_left(self, server: ScriptedServer, tmp_path: Path) -> None:
        def trickle(handler: Handler) -> None:
            handler.answer(200, {"Content-Length": str(len(OTHER))})
            while not handler.server.stopped.wait(0.01):
                handler.wfile.write(b"x")

        policy = RetryPolicy(
            attempts=2, read_timeout=5, first_wait=0.01, slow_rate=1e6, slow_seconds=0.1
        )
        server.etag = ""
        server.script.extend([trickle] * 2)
        with pytest.raises(NetworkError, match=r"gz: only .* bytes came in .*; attempts made: 2"):
            download(server.url, tmp_path, policy=policy)
        assert is_clean(tmp_path)


@pytest.mark.parametrize(
    ("content_range", "first"),
    [
        ("bytes 5-9/10", 5),
        ("bytes 5-9/*", 5),
        ("bytes 5-9", None),
        ("bytes \u0665-9/10", None),
        (f"bytes {'9' * 5000}-9/10", None),
        ("", None),
    ],
)
def test_resumed_at(content_range: str, first: int | None) -> None:
    assert resumed_at(content_range) == first


def test_a_chunked_body_has_its_own_end(fetch: Fetch, server: ScriptedServer) -> None:
    server.script.append(chunked(b"5\r\nhello\r\n0\r\n\r\n"))
    fetch()
    server.script.append(lambda handler: handler.answer(304))
    assert fetch().reused


def test_what_is_left_of_a_slow_download_is_told(
    fetch: Fetch, server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    server.script.append(drop(100_000))
    fetch()
    assert f"{server.url}: broke off after 100,000 of 1,048,576 bytes" in caplog.text
