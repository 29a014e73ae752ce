"""Records of what each URL last gave."""

import json
from pathlib import Path

import pytest

from tasks.download.sources import Source, read_source, write_source
from tasks.download.transfer import Validators

URL = "https://me:pa55@host/a.tar?token=t0ken"
SOURCE = Source(
    url="https://***@host/a.tar?***",
    etag='"v1"',
    last_modified="Mon, 02 Jan 2023 03:04:05 GMT",
    size=7,
    sha256="f" * 64,
    artifact="0123456789abcdef",
    downloaded_at="2026-11-26T12:00:00+00:00",
)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_source(SOURCE, URL, tmp_path)
    assert read_source(URL, tmp_path) == SOURCE
    assert SOURCE.validators == Validators('"v1"', "Mon, 02 Jan 2023 03:04:05 GMT")


def test_every_url_has_a_record_of_its_own(tmp_path: Path) -> None:
    write_source(SOURCE, URL, tmp_path)
    assert read_source(f"{URL}2", tmp_path) is None


def test_the_newest_record_counts(tmp_path: Path) -> None:
    for size in (7, 8):
        write_source(Source(**{**vars(SOURCE), "size": size}), URL, tmp_path)
    found = read_source(URL, tmp_path)
    assert found is not None
    assert found.size == 8
    assert len(list((tmp_path / "sources").iterdir())) == 1


def test_neither_name_nor_content_has_the_urls_secrets(tmp_path: Path) -> None:
    write_source(SOURCE, URL, tmp_path)
    (path,) = (tmp_path / "sources").iterdir()
    for text in (path.name, path.read_text()):
        assert "pa55" not in text
        assert "t0ken" not in text


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({**vars(SOURCE), "more": 1})])
def test_a_damaged_record_is_told_of_and_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    write_source(SOURCE, URL, tmp_path)
    (path,) = (tmp_path / "sources").iterdir()
    path.write_text(content)
    assert read_source(URL, tmp_path) is None
    (line,) = caplog.messages
    assert line.startswith(f"{path} cannot be read (")
    assert line.endswith("): downloading again")
