import logging
from pathlib import Path

import fsspec
import pytest

from support.archives import pack
from tasks.download.checkpoint import checkpoint_source, download_checkpoint
from tasks.errors import DataError


@pytest.fixture
def train_dir(tmp_path: Path) -> Path:
    """A training folder of TF-Slim, its files without the contents of real ones."""
    folder = tmp_path / "train dir"
    folder.mkdir()
    for step in (4, 5):
        for end in ("index", "data-00000-of-00002", "data-00001-of-00002", "meta"):
            (folder / f"model.ckpt-{step}.{end}").write_text(f"{step} {end}")
    (folder / "checkpoint").write_text('model_checkpoint_path: "/gpu/train/model.ckpt-5"\n')
    (folder / "events.out.tfevents.1.host").write_text("events")
    return folder


def taken(url: str, tmp_path: Path) -> list[str]:
    made = download_checkpoint(url, tmp_path / "downloads")
    source = checkpoint_source(made.path, url)
    files = source.put(tmp_path / "to")
    return sorted(str(path.relative_to(tmp_path / "to")) for path in files)


NEWEST = [f"model.ckpt-5.{end}" for end in ("data-00000-of-00002", "data-00001-of-00002", "index")]


def test_of_a_training_folder_only_the_newest_checkpoint_is_taken(
    train_dir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert taken(train_dir.as_uri(), tmp_path) == NEWEST
    assert "train dir: model.ckpt-5 is the newest, says its file 'checkpoint'" in caplog.messages
    assert (tmp_path / "to" / NEWEST[2]).read_text() == "5 index"


@pytest.mark.parametrize("name", ["model.ckpt-4", "model.ckpt-4.index"])
def test_a_checkpoint_may_be_named(train_dir: Path, tmp_path: Path, name: str) -> None:
    found = taken((train_dir / name).as_uri(), tmp_path)
    assert found == [each.replace("-5.", "-4.") for each in NEWEST]


def test_a_newer_checkpoint_is_another_download(train_dir: Path, tmp_path: Path) -> None:
    url, downloads = train_dir.as_uri(), tmp_path / "downloads"
    first = download_checkpoint(url, downloads)
    assert download_checkpoint(url, downloads).reused
    (train_dir / "checkpoint").write_text('model_checkpoint_path: "model.ckpt-4"\n')
    assert download_checkpoint(url, downloads).digest != first.digest


def test_a_folder_that_is_elsewhere(tmp_path: Path) -> None:
    files = fsspec.filesystem("memory")
    for end in ("index", "data-00000-of-00001"):
        files.pipe(f"/train/model.ckpt-5.{end}", b"x")
    assert taken("memory://train", tmp_path) == [
        "model.ckpt-5.data-00000-of-00001",
        "model.ckpt-5.index",
    ]


def test_a_file_is_one(tmp_path: Path) -> None:
    (tmp_path / "m.ckpt").write_bytes(b"x")
    archive = pack(tmp_path / "a.tar", [tmp_path / "m.ckpt"])
    assert taken(archive.as_uri(), tmp_path) == ["m.ckpt"]


def test_a_folder_without_a_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"^empty should hold one checkpoint, .*; found: none$"):
        download_checkpoint((tmp_path / "empty").as_uri(), tmp_path / "downloads")


def test_a_checkpoint_that_is_larger_than_allowed(train_dir: Path, tmp_path: Path) -> None:
    message = r"^the checkpoint in '/.*/train dir' has 49 bytes, expected at most 48: the param max"
    with pytest.raises(DataError, match=message):
        download_checkpoint(train_dir.as_uri(), tmp_path / "downloads", max_bytes=48)


def test_a_file_that_changes_meanwhile_is_refused(train_dir: Path, tmp_path: Path) -> None:
    url = train_dir.as_uri()
    made = download_checkpoint(url, tmp_path / "downloads")
    (train_dir / "model.ckpt-5.index").write_text("another")
    with pytest.raises(DataError, match=r"model\.ckpt-5\.index' was changed while it was read"):
        checkpoint_source(made.path, url).put(tmp_path / "to")
