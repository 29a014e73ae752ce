import io
import os
import random
import tarfile
from pathlib import Path

import pytest

from tasks.errors import DataError
from tasks.storage import tar_stream
from tasks.storage.tar_stream import damage_errors, open_tar, read_members


def pack(path: Path, *contents: bytes, mode: str = "w") -> Path:
    """Write a tar whose members are named by their number."""
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]  # mode is any string
        for number, content in enumerate(contents):
            member = tarfile.TarInfo(str(number))
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def names(path: Path) -> list[str]:
    with open_tar(path) as tar:
        return [member.name for member in read_members(tar, path)]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_members_come_in_the_archives_order(tmp_path: Path, mode: str) -> None:
    assert names(pack(tmp_path / "a.tar", b"a", b"", b"b" * 2000, mode=mode)) == ["0", "1", "2"]


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", bytes(100), os.urandom(5000)])
def test_not_an_archive(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(content)
    message = rf"^{path} \({len(content):,} bytes\) is not an archive: expected a tar"
    with pytest.raises(DataError, match=message):
        open_tar(path)


def test_missing_archive(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.tar cannot be read: No such file"):
        open_tar(tmp_path / "nowhere.tar")


def test_damage_names_the_member(tmp_path: Path) -> None:
    noise = random.Random(1)  # noqa: S311
    archive = pack(tmp_path / "a.tar", noise.randbytes(100_000), b"second", mode="w:gz")
    os.truncate(archive, 50_000)
    with pytest.raises(DataError, match="truncated or damaged at or after member '0'"):
        names(archive)


def test_damaged_header_is_not_the_end(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.tar", b"a", b"b")
    content = bytearray(archive.read_bytes())
    content[1024] ^= 1
    archive.write_bytes(content)
    with pytest.raises(DataError, match="truncated or damaged at byte 1,024 of its content"):
        names(archive)


def test_a_wrong_checksum_after_the_last_member_is_damage(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.tar", b"a", mode="w:gz")
    content = bytearray(archive.read_bytes())
    content[-8] ^= 1  # the CRC of the content, RFC 1952
    archive.write_bytes(content)
    with pytest.raises(DataError, match="at or after its end: CRC check failed"):
        names(archive)


def test_padding_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_stream, "_MAX_PADDING", 2**20)
    archive = pack(tmp_path / "a.tar", b"a")
    content = archive.read_bytes()
    archive.write_bytes(content + bytes(2**20 - len(content)))
    assert names(archive) == ["0"]
    archive.write_bytes(content + bytes(2**21))
    with pytest.raises(DataError, match=r"goes on for \S+ bytes .* at most 1,048,576 of padding"):
        names(archive)


def test_errors_of_the_system_stay_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), damage_errors(tmp_path, "its end"):
        (tmp_path / "gone").read_bytes()


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_a_header_of_gigabytes_is_not_read(tmp_path: Path, kind: bytes) -> None:
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = kind, 2**31
    archive = pack(tmp_path / "a.tar", b"a")
    archive.write_bytes(header.tobuf() + archive.read_bytes())
    with pytest.raises(DataError, match="has a header of 2,147,483,648 bytes, expected at most 1,"):
        names(archive)


def test_zstandard(tmp_path: Path) -> None:
    import pyarrow as pa

    plain = pack(tmp_path / "a.tar", b"a", b"b" * 2000).read_bytes()
    packed = tmp_path / "a.tar.zst"
    with pa.CompressedOutputStream(pa.OSFile(str(packed), "wb"), "zstd") as stream:
        stream.write(plain)
    assert names(packed) == ["0", "1"]
    packed.write_bytes(packed.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"a\.tar\.zst is truncated or damaged at or after its"):
        names(packed)


def test_a_zstandard_file_that_goes_on_and_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow as pa

    monkeypatch.setattr(tar_stream, "_MAX_PLAIN", 2**20)
    packed = tmp_path / "a.tar.zst"
    with pa.CompressedOutputStream(pa.OSFile(str(packed), "wb"), "zstd") as stream:
        stream.write(bytes(2**24))
    with pytest.raises(DataError, match="decompresses to more than 1,048,576 bytes"):
        open_tar(packed)
