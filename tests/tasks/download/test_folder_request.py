from contextlib import suppress
from pathlib import Path

import pytest

from support.sources import write_folder
from tasks.download.credentials import NO_CREDENTIALS
from tasks.download.folder_request import FolderRequest, keep_folder
from tasks.download.listing import Listing, read_listing
from tasks.download.transfer import DEFAULT_POLICY
from tasks.errors import DataError

URL = "memory://pictures"


@pytest.fixture
def asked(tmp_path: Path) -> FolderRequest:
    (tmp_path / "partial").mkdir()
    return FolderRequest(URL, tmp_path, "key", None, "", DEFAULT_POLICY, NO_CREDENTIALS, None)


def listing(files: int) -> Listing:
    return Listing("files", files, 3, 0, (), 0)


def test_what_was_kept_is_found_again(asked: FolderRequest) -> None:
    assert asked.before() is None
    with asked.stage("v1") as (stage, _):
        write_folder(stage, {"files/a": b"one"})
        made = keep_folder(asked, stage, "5ha", listing(1), "v1")
    before = asked.before()
    assert before
    assert (before[0].etag, before[1]) == ("v1", made.path)
    assert (made.path / "files/a").read_bytes() == b"one"
    assert read_listing(made.path) == listing(1)


def test_an_artefact_that_is_damaged_is_not_found(asked: FolderRequest) -> None:
    with asked.stage("v1") as (stage, _):
        write_folder(stage, {"files/a": b"one"})
        made = keep_folder(asked, stage, "5ha", listing(1), "v1")
    (made.path / "files/a").unlink()
    assert asked.before() is None


def test_what_is_under_way_stays_after_an_error_and_goes_for_another_version(
    asked: FolderRequest,
) -> None:
    with suppress(KeyboardInterrupt), asked.stage("v1") as (first, _):
        write_folder(first, {"files/a": b"one"})
        raise KeyboardInterrupt
    with asked.stage("v2") as (second, others):
        assert others == [first]
        assert (first / "files/a").is_file()
    assert not first.exists()
    assert not second.exists()


def test_a_folder_without_files(asked: FolderRequest) -> None:
    with asked.stage("v1") as (stage, _), pytest.raises(DataError, match=f"^{URL} has no files$"):
        keep_folder(asked, stage, "5ha", listing(0), "v1")
