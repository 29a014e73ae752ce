"""Ends of archives, whole and cut at every place that matters."""

import bz2
import gzip
import hashlib
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from support.archives import pack
from tasks.download import archive_end
from tasks.download.archive_end import has_end


@pytest.fixture
def tar(tmp_path: Path) -> bytes:
    member = tmp_path / "member"
    member.write_bytes(hashlib.shake_256(b"seed").digest(100_000))
    return pack(tmp_path / "a.tar", [member]).read_bytes()


def packed(tar: bytes, kind: str, folder: Path) -> bytes:
    if kind == "zip":
        with zipfile.ZipFile(folder / "a.zip", "w") as archive:
            archive.writestr("member", tar)
        return (folder / "a.zip").read_bytes()
    pack_bytes: dict[str, Callable[[bytes], bytes]] = {
        "tar": bytes,
        "gz": gzip.compress,
        "bz2": bz2.compress,
        "xz": lzma.compress,
    }
    return pack_bytes[kind](tar)


KINDS = ["tar", "gz", "bz2", "xz", "zip"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_archive_has_one(tmp_path: Path, tar: bytes, kind: str) -> None:
    (tmp_path / "a").write_bytes(packed(tar, kind, tmp_path))
    assert has_end(tmp_path / "a") is True


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_cut_archive_has_none(tmp_path: Path, tar: bytes, kind: str, part: float) -> None:
    whole = packed(tar, kind, tmp_path)
    (tmp_path / "a").write_bytes(whole[: int(part * len(whole))])
    assert has_end(tmp_path / "a") is False


def test_a_gzip_that_lacks_a_byte_has_none(tmp_path: Path, tar: bytes) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(tar)[:-1])
    assert has_end(tmp_path / "a") is False


@pytest.mark.parametrize("content", [b"", b"hello", bytes(1000), b"\x1f\x8bnonsense"])
def test_of_another_content_nobody_can_say(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    assert has_end(tmp_path / "a") is None


def test_a_bomb_is_not_decompressed_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_end, "_MAX_BYTES", 2**21)
    (tmp_path / "a").write_bytes(gzip.compress(bytes(2**24)))
    assert has_end(tmp_path / "a") is None


def test_a_tar_as_tarfile_writes_it_ends_in_zeros(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w"):
        pass
    assert (tmp_path / "a.tar").read_bytes()[-1024:] == bytes(1024)
