import gzip
import tarfile
from pathlib import Path

import pytest

from tasks.errors import StorageError
from tasks.sample.archive import stored_gzip, write_archive


def test_the_archive_has_the_official_layout(sample_archive: Path) -> None:
    with tarfile.open(sample_archive, "r:gz") as tar:
        members = tar.getmembers()
        stream = tar.extractfile("labels.txt")
        assert stream is not None
        labels = stream.read().decode()
    shards = [
        f"flowers_{split}_{number:05d}-of-00005.tfrecord"
        for split in ("train", "validation")
        for number in range(5)
    ]
    assert [member.name for member in members] == [*shards, "labels.txt"]
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in members} == {
        (0, 0, 0, "", "", 0o644)
    }
    assert labels == "0:daisy\n1:dandelion\n2:roses\n3:sunflowers\n4:tulips\n"


def test_the_gzip_header_names_neither_time_nor_file(sample_archive: Path) -> None:
    header = sample_archive.read_bytes()[:10]
    assert header[:2] == b"\x1f\x8b"
    assert header[3:8] == bytes(5)
    assert sample_archive.stat().st_size < 4 * 2**20


@pytest.mark.parametrize("size", [1, 2**16 - 1, 2**16, 3 * (2**16 - 1), 200_000])
def test_stored_blocks_are_gzip(size: int) -> None:
    content = bytes(range(251)) * (size // 251 + 1)
    assert gzip.decompress(stored_gzip(content[:size])) == content[:size]


def test_files_keep_their_content_and_lose_their_times(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    files = [tmp_path / "below" / "a.bin", tmp_path / "b.txt"]
    files[0].write_bytes(b"\x00\xff" * 50_000)
    files[1].write_text("b")
    write_archive(tmp_path / "first.tar.gz", files)
    for file in files:
        file.chmod(0o600)
        file.write_bytes(file.read_bytes())
    write_archive(tmp_path / "second.tar.gz", files)
    assert (tmp_path / "first.tar.gz").read_bytes() == (tmp_path / "second.tar.gz").read_bytes()
    with tarfile.open(tmp_path / "first.tar.gz") as tar:
        tar.extractall(tmp_path / "out", filter="data")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.bin", "b.txt"]
    assert (tmp_path / "out" / "a.bin").read_bytes() == files[0].read_bytes()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot write .*/file/"):
        write_archive(tmp_path / "file" / "flowers.tar.gz", [])
