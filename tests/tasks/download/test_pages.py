"""Pages and pointers that servers send instead of archives."""

from pathlib import Path

import pytest

from support.archives import write_archive
from support.downloads import Fetch, is_clean
from support.http_server import ScriptedServer
from tasks.download.download import download
from tasks.download.pages import page_kind
from tasks.errors import DataError

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 228813984\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!DOCTYPE html><html>", "is an HTML page"),
        (b"\n  <HTML lang=en>", "is an HTML page"),
        (b"\xef\xbb\xbf<html>", "is an HTML page"),
        ("<html>sign in".encode("utf-16"), "is an HTML page"),
        (b'<?xml version="1.0"?>\n<!-- x --><!DOCTYPE html>', "is an HTML page"),
        (b"<head><title>Sign in</title>", "is an HTML page"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "is an XML document"),
        (LFS, "is a Git LFS pointer"),
    ],
)
def test_is_told_by_its_content(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "a.tar.gz").write_bytes(content)
    told = page_kind(tmp_path / "a.tar.gz")
    assert told is not None
    assert told.startswith(kind)
    assert "; expected " in told


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8b\x08", b"PK\x03\x04", b"<htmlish>"])
def test_anything_else_is_left_to_the_step_that_unpacks(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    assert page_kind(tmp_path / "a") is None


def test_an_archive_that_holds_a_page_is_an_archive(tmp_path: Path) -> None:
    assert page_kind(write_archive(tmp_path / "a.tar.gz", {"index.html": b"<html>"})) is None


def test_a_login_page_is_not_kept(fetch: Fetch, server: ScriptedServer, tmp_path: Path) -> None:
    server.content = b"<!doctype html><title>Sign in</title>"
    with pytest.raises(DataError) as refused:
        fetch()
    assert str(refused.value) == (
        f"{server.url} is an HTML page, perhaps of a login; expected a data set or a checkpoint: "
        "check the URL, or name a connection (dataset_conn_id, checkpoint_conn_id)"
    )
    assert is_clean(tmp_path)
    assert not list(tmp_path.glob("*/artifact.json"))


def test_a_pointer_in_a_folder_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "flowers.tar.gz").write_bytes(LFS)
    with pytest.raises(DataError, match=r"is a Git LFS pointer; .* or run git lfs pull where it"):
        download((tmp_path / "flowers.tar.gz").as_uri(), tmp_path / "downloads")
