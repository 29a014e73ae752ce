"""Zips, as they are and as they should not be."""

import os
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.errors import DataError
from tasks.storage.archive import LeftOut, unpack, unpack_each

Add = Callable[[zipfile.ZipFile], None]


def file(name: str, content: bytes = b"content", mode: int = 0, system: int = 3) -> Add:
    def add(zipped: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        info.create_system = system
        info.compress_type = zipped.compression
        zipped.writestr(info, content)

    return add


def make(path: Path, *members: Add, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as zipped:
        for add in members:
            add(zipped)
    return path


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_unpacks(tmp_path: Path, compression: int) -> None:
    archive = make(
        tmp_path / "a.zip", file("d/"), file("d/a", b"A"), file("b", b""), compression=compression
    )
    files = unpack(archive, tmp_path / "out")
    assert [path.relative_to(tmp_path / "out") for path in files] == [Path("d/a"), Path("b")]
    assert [path.read_bytes() for path in files] == [b"A", b""]


def test_separators_of_windows(tmp_path: Path) -> None:
    archive = make(tmp_path / "a.zip", file("d\\e\\a", system=0))
    assert unpack(archive, tmp_path / "out") == [tmp_path / "out/d/e/a"]


def test_links_and_junk_are_left_out(tmp_path: Path) -> None:
    archive = make(
        tmp_path / "a.zip",
        file("a"),
        file("link", b"a", stat.S_IFLNK | 0o777),
        file("__MACOSX/._a"),
        file("d/._a"),
    )
    left_out = LeftOut()
    assert list(unpack_each(archive, tmp_path / "out", left_out)) == [tmp_path / "out/a"]
    assert left_out == LeftOut(links=1, junk=2)
    assert not (tmp_path / "out/link").exists()


@pytest.mark.parametrize(
    ("member", "message"),
    [
        (file("../evil"), "member '../evil' leads out of the archive, expected a path without"),
        (file("..\\evil", system=0), "member '../evil' leads out"),
        (file("/tmp/evil"), "member '/tmp/evil' has an absolute path, expected one relative"),  # noqa: S108
        (file("l", b"/etc/passwd", stat.S_IFLNK), "member 'l' is a link to '/etc/passwd', outsi"),
        (file("d/l", b"../../x", stat.S_IFLNK), "is a link to '../../x', outside of the archive"),
        (file("p", b"", stat.S_IFIFO), "member 'p' is a device or a pipe, expected files and"),
        (file("n" * 300), "cannot be unpacked: File name too long; expected names that fit"),
        (file("n" * 5000), "a member whose name has 5,000 characters"),
        (file("a/b"), "member 'a/b' cannot be unpacked: .*; expected names that fit"),
    ],
)
def test_refuses_member(tmp_path: Path, member: Add, message: str) -> None:
    archive = make(tmp_path / "a.zip", file("a"), member)
    with pytest.raises(DataError, match=f"^{archive}.*{message}"):
        unpack(archive, tmp_path / "out")
    assert not (tmp_path / "evil").exists()


def test_caps(tmp_path: Path) -> None:
    archive = make(tmp_path / "a.zip", *(file(str(number), bytes(1000)) for number in range(4)))
    assert len(unpack(archive, tmp_path / "all", max_members=4, max_bytes=4000)) == 4
    with pytest.raises(DataError, match="more members than expected: at most 3"):
        unpack(archive, tmp_path / "less", max_members=3)
    with pytest.raises(DataError, match="more bytes than expected: 3,000 by member 3, at most 2,9"):
        unpack(archive, tmp_path / "few", max_bytes=2999)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    archive = make(tmp_path / "a.zip", file("bomb", bytes(2**24)))
    assert archive.stat().st_size < 2**15
    with pytest.raises(DataError, match="unpacks to more bytes than expected: 16,777,216"):
        unpack(archive, tmp_path / "out", max_bytes=2**20)
    # A size that lies: no more is written than was told.
    content = archive.read_bytes().replace(struct.pack("<L", 2**24), struct.pack("<L", 100))
    archive.write_bytes(content)
    with pytest.raises(DataError, match="is truncated or damaged at member 'bomb'"):
        unpack(archive, tmp_path / "again", max_bytes=2**20)
    assert (tmp_path / "again/bomb").stat().st_size <= 100


def test_an_index_that_claims_too_much_is_not_read(tmp_path: Path) -> None:
    archive = make(tmp_path / "a.zip", file("a"))
    content = bytearray(archive.read_bytes())
    end = content.rindex(b"PK\x05\x06")
    content[end + 12 : end + 16] = struct.pack("<L", 2**31)
    archive.write_bytes(content)
    with pytest.raises(DataError, match="has more members than expected: at most 10"):
        unpack(archive, tmp_path / "out", max_members=10)


def test_encrypted(tmp_path: Path) -> None:
    archive = make(tmp_path / "a.zip", file("a"))
    content = archive.read_bytes()
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(mark) + at
        content = content[:place] + b"\x01\x00" + content[place + 2 :]
    archive.write_bytes(content)
    with pytest.raises(DataError, match="member 'a' is encrypted, expected it plain"):
        unpack(archive, tmp_path / "out")


def test_empty(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no file, expected at least one"):
        unpack(make(tmp_path / "a.zip"), tmp_path / "out")


def test_damage_anywhere_is_one_of_our_errors(tmp_path: Path) -> None:
    noise = random.Random(3)  # noqa: S311
    archive = make(tmp_path / "a.zip", *(file(str(n), noise.randbytes(300)) for n in range(3)))
    whole = archive.read_bytes()
    for number in range(300):
        damaged = bytearray(whole)
        damaged[noise.randrange(len(whole))] ^= 1 << noise.randrange(8)
        archive.write_bytes(damaged[: len(whole) if number % 2 else noise.randrange(len(whole))])
        try:
            unpack(archive, tmp_path / str(number))
        except DataError as error:
            assert str(archive) in str(error)  # noqa: PT017


def test_overwriting_member_wins(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = make(tmp_path / "a.zip", file("a", b"old"), file("a", b"new"))
    (path,) = unpack(archive, tmp_path / "out")
    assert path.read_bytes() == b"new"
    assert os.stat(path).st_nlink == 1  # noqa: PTH116 - the number of names
