"""Downloads that are kept under the digest of their content."""

import hashlib
import json
import logging
import re
import threading
from pathlib import Path

import pytest

from support import python_programs
from support.damage import flip_byte
from support.downloads import Fetch, is_clean
from support.http_server import CONTENT, OTHER, ScriptedServer, drop, status
from tasks.download.download import download, downloaded_file, file_name
from tasks.download.transfer import RetryPolicy
from tasks.errors import DataError, NetworkError, ParamsError, StorageError
from tasks.storage import progress
from tasks.storage.artifact import LocalArtifact


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class TestWhole:
    def test_file_lies_under_the_digest_of_its_content(self, fetch: Fetch, tmp_path: Path) -> None:
        artifact = fetch()
        file = downloaded_file(artifact.path)
        assert file == tmp_path / artifact.digest / "flowers.tar.gz"
        assert file.read_bytes() == CONTENT
        assert not artifact.reused
        assert is_clean(tmp_path)

    def test_pointer_says_what_the_url_gave(
        self, fetch: Fetch, server: ScriptedServer, tmp_path: Path
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

    def test_two_urls_of_one_content_share_it(self, fetch: Fetch, server: ScriptedServer) -> None:
        first = fetch()
        second = fetch(server.url + "?mirror=2")
        assert second.path == first.path
        assert second.reused


class TestReuse:
    def test_changed_file_is_downloaded_beside_the_old(
        self, fetch: Fetch, server: ScriptedServer
    ) -> None:
        first = fetch()
        server.content, server.etag = OTHER, '"v2"'
        second = fetch()
        assert downloaded_file(second.path).read_bytes() == OTHER
        assert downloaded_file(first.path).read_bytes() == CONTENT

    def test_offline(
        self, fetch: Fetch, server: ScriptedServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        first = fetch()
        server.stop()
        second = fetch()
        assert second.path == first.path
        assert second.reused
        warning = rf"{server.url}: .*; attempts made: 3; reused the download of \d{{4}}-"
        assert re.search(warning, caplog.text)

    def test_damaged_download_is_downloaded_again(
        self, fetch: Fetch, server: ScriptedServer
    ) -> None:
        downloaded_file(fetch().path).write_bytes(b"")
        again = fetch()
        assert downloaded_file(again.path).read_bytes() == CONTENT
        assert "If-None-Match" not in server.requests[-1][1]

    @pytest.mark.parametrize("expected", [None, hashlib.sha256(CONTENT).hexdigest()])
    def test_flipped_byte_is_downloaded_again_with_one_warning(
        self, fetch: Fetch, caplog: pytest.LogCaptureFixture, expected: str | None
    ) -> None:
        file = downloaded_file(fetch(expected=expected).path)
        flip_byte(file)
        again = fetch(expected=expected)
        assert not again.reused
        assert downloaded_file(again.path).read_bytes() == CONTENT
        warnings = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
        assert warnings == [
            f"{file.parent} was changed after it was made ({file.name}): the file has another "
            "content, by its SHA-256; making it anew"
        ]

    def test_damaged_pointer_is_replaced(
        self, fetch: Fetch, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        fetch()
        (pointer,) = (tmp_path / "sources").glob("*.json")
        pointer.write_text("{}")
        assert fetch().reused
        assert "cannot be read" in caplog.text
        assert json.loads(pointer.read_text())["sha256"] == sha256(CONTENT)

    def test_two_at_once_transfer_once(self, fetch: Fetch, server: ScriptedServer) -> None:
        artifacts: list[LocalArtifact] = []
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
    def test_known_content_needs_no_request(self, fetch: Fetch, server: ScriptedServer) -> None:
        first = fetch(expected=sha256(CONTENT))
        requests = len(server.requests)
        second = fetch(expected=sha256(CONTENT))
        assert second.path == first.path
        assert second.reused
        assert len(server.requests) == requests

    def test_mismatch_keeps_the_old_and_nothing_of_the_new(
        self, fetch: Fetch, server: ScriptedServer, tmp_path: Path
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

    def test_other_content_is_asked_for_unconditionally(
        self, fetch: Fetch, server: ScriptedServer
    ) -> None:
        fetch()
        server.content = OTHER  # and the very same ETag
        assert downloaded_file(fetch(expected=sha256(OTHER)).path).read_bytes() == OTHER

    def test_offline_with_other_content_fails(self, fetch: Fetch, server: ScriptedServer) -> None:
        fetch()
        server.stop()
        with pytest.raises(NetworkError, match="attempts made: 3"):
            fetch(expected=sha256(OTHER))


class TestUrl:
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
    def test_bad_url(self, tmp_path: Path, policy: RetryPolicy, url: str, message: str) -> None:
        with pytest.raises(ParamsError, match=message):
            download(url, tmp_path, policy=policy)

    def test_secrets_stay_out_of_logs_errors_and_files(
        self,
        fetch: Fetch,
        server: ScriptedServer,
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
    def test_folder_below_a_file(
        self, server: ScriptedServer, tmp_path: Path, policy: RetryPolicy
    ) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match=r"cannot write .*file.*set GRAFT_HOME"):
            download(server.url, tmp_path / "file" / "downloads", policy=policy)

    def test_full_disk(self, tmp_path: Path) -> None:
        source = tmp_path / "a.tar"
        source.write_bytes(CONTENT)
        downloads = tmp_path / "downloads"
        failed = python_programs.run("download_on_full_disk", source.as_uri(), downloads)
        assert "StorageError: no room left while writing" in failed.stderr
        assert not list(downloads.glob("*/artifact.json"))
        assert downloaded_file(download(source.as_uri(), downloads).path).read_bytes() == CONTENT

    def test_not_a_download(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"is not a download, expected artifact\.json"):
            downloaded_file(tmp_path)
