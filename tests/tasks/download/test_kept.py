"""Downloads that were kept and then refused."""

from pathlib import Path

import pytest

from support.downloads import Fetch
from support.http_server import CONTENT, OTHER, ScriptedServer
from tasks.download.download import downloaded_file
from tasks.download.kept import distrust
from tasks.storage.local_files import file_sha256


def test_a_refused_file_is_asked_for_without_validators(
    fetch: Fetch, server: ScriptedServer, tmp_path: Path
) -> None:
    first = fetch()
    distrust(first.path, tmp_path)
    server.content = OTHER  # and the very same ETag
    again = fetch()
    assert not {"If-None-Match", "If-Modified-Since"} & set(server.requests[-1][1])
    assert downloaded_file(again.path).read_bytes() == OTHER


def test_another_source_of_the_file_is_asked_too_and_a_third_file_is_not(
    fetch: Fetch, server: ScriptedServer, tmp_path: Path
) -> None:
    first = fetch()
    fetch(f"{server.url}?mirror=2")
    server.content, server.etag = OTHER, '"v2"'
    fetch(f"{server.url}?other=3")
    distrust(first.path, tmp_path)
    for query, asked in (("", False), ("?mirror=2", False), ("?other=3", True)):
        fetch(f"{server.url}{query}")
        assert ("If-None-Match" in server.requests[-1][1]) is asked


def test_a_file_that_changed_on_the_disk_is_replaced(
    fetch: Fetch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = fetch()
    file = downloaded_file(first.path)
    file.write_bytes(OTHER)  # of the same size
    distrust(first.path, tmp_path)
    again = fetch(expected=file_sha256_of(CONTENT, tmp_path))
    assert f"{first.path} was changed after it was made ({file.name})" in caplog.text
    assert (again.path, again.reused) == (first.path, False)
    assert file.read_bytes() == CONTENT


def test_a_new_download_does_not_take_a_changed_file_for_its_own(
    fetch: Fetch, server: ScriptedServer
) -> None:
    file = downloaded_file(fetch().path)
    file.write_bytes(OTHER)
    server.etag = '"v2"'
    fetch()
    assert file.read_bytes() == CONTENT


@pytest.mark.parametrize("manifest", [None, "", "{}", '{"files": {}}'])
def test_what_is_no_download_is_left_alone(tmp_path: Path, manifest: str | None) -> None:
    if manifest is not None:
        (tmp_path / "artifact.json").write_text(manifest)
    before = list(tmp_path.iterdir())
    distrust(tmp_path, tmp_path / "downloads")
    assert list(tmp_path.iterdir()) == before


def file_sha256_of(content: bytes, folder: Path) -> str:
    (folder / "copy").write_bytes(content)
    return file_sha256(folder / "copy")
