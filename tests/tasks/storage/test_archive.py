import io
import random
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.errors import DataError, StorageError
from tasks.storage.archive import LeftOut, unpack, unpack_each

Add = Callable[[tarfile.TarFile], None]


def file(name: str, content: bytes = b"content") -> Add:
    def add(tar: tarfile.TarFile) -> None:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))

    return add


def special(name: str, kind: bytes, target: str = "") -> Add:
    def add(tar: tarfile.TarFile) -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        tar.addfile(member)

    return add


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    def make(*members: Add, mode: str = "w:gz") -> Path:
        path = tmp_path / "archive.tar"
        with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]  # mode is any string
            for add in members:
                add(tar)
        return path

    return make


Make = Callable[..., Path]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_unpacks_any_usual_compression(make: Make, tmp_path: Path, mode: str) -> None:
    archive = make(
        special("folder", tarfile.DIRTYPE), file("./folder/a", b"A"), file("b", b"B"), mode=mode
    )
    files = unpack(archive, tmp_path / "out")
    assert [path.relative_to(tmp_path / "out") for path in files] == [Path("folder/a"), Path("b")]
    assert [path.read_bytes() for path in files] == [b"A", b"B"]


def test_last_of_two_members_of_one_name_wins(make: Make, tmp_path: Path) -> None:
    (path,) = unpack(make(file("a", b"old"), file("a", b"new")), tmp_path / "out")
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("member", "message"),
    [
        (file("../evil"), "member '../evil' leads out of the archive, expected a path without"),
        (file("a/../../evil"), "leads out of the archive"),
        (file("/tmp/evil"), "member '/tmp/evil' has an absolute path, expected one relative"),  # noqa: S108
        (special("l", tarfile.SYMTYPE, "/etc/passwd"), "member 'l' is a link to '/etc/passwd'"),
        (special("d/l", tarfile.SYMTYPE, "../../a"), "is a link to '../../a', outside of the arch"),
        (special("l", tarfile.LNKTYPE, "../a"), "is a link to '../a', outside of the archive"),
        (special("l", tarfile.LNKTYPE, "b"), "is a link to 'b', expected a file that comes before"),
        (special("d", tarfile.CHRTYPE), "member 'd' is a device or a pipe, expected files"),
        (special("d", tarfile.BLKTYPE), "is a device or a pipe"),
        (special("d", tarfile.FIFOTYPE), "is a device or a pipe"),
        (file("n" * 300), "cannot be unpacked: File name too long; expected names that fit"),
        (file("a/b"), "member 'a/b' cannot be unpacked: .*; expected names that fit"),
    ],
)
def test_refuses_member(make: Make, tmp_path: Path, member: Add, message: str) -> None:
    archive = make(file("a"), member)
    with pytest.raises(DataError, match=f"^{archive}: .*{message}"):
        unpack(archive, tmp_path / "out")
    assert not (tmp_path / "evil").exists()


def test_refuses_too_many_members(make: Make, tmp_path: Path) -> None:
    archive = make(*(file(str(number)) for number in range(4)))
    assert len(unpack(archive, tmp_path / "out", max_members=4)) == 4
    with pytest.raises(DataError, match="more members than expected: at most 3"):
        unpack(archive, tmp_path / "less", max_members=3)


def test_refuses_too_many_bytes_before_writing_them(make: Make, tmp_path: Path) -> None:
    archive = make(file("a", bytes(1000)), file("b", bytes(1000)))
    assert len(unpack(archive, tmp_path / "out", max_bytes=2000)) == 2
    with pytest.raises(DataError, match="more bytes than expected: 2,000 by member 2, at most 1,9"):
        unpack(archive, tmp_path / "less", max_bytes=1999)
    assert not (tmp_path / "less" / "b").exists()


def test_empty_archive(make: Make, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no file, expected at least one"):
        unpack(make(), tmp_path / "out")


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_truncated_anywhere(make: Make, tmp_path: Path, mode: str) -> None:
    noise = random.Random(1)  # noqa: S311
    archive = make(*(file(str(n), noise.randbytes(3000)) for n in range(4)), mode=mode)
    whole = archive.read_bytes()
    # A plain archive's padding after the mark of its end may be cut off.
    end = len(whole) if mode != "w" else 4 * (512 + 3072)
    cuts = {512 + 3072, end - 1, *(noise.randrange(100, end) for _ in range(20))}
    for cut in cuts:
        archive.write_bytes(whole[:cut])
        with pytest.raises(DataError, match=rf"^{archive} (is truncated|\(.*not an archive)"):
            unpack(archive, tmp_path / str(cut))


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_damage_anywhere_is_one_of_our_errors(make: Make, tmp_path: Path, mode: str) -> None:
    noise = random.Random(2)  # noqa: S311
    archive = make(*(file(str(n), noise.randbytes(300)) for n in range(3)), mode=mode)
    whole = archive.read_bytes()
    for number in range(150):
        damaged = bytearray(whole)
        damaged[noise.randrange(len(whole))] ^= 1 << noise.randrange(8)
        archive.write_bytes(damaged)
        try:
            unpack(archive, tmp_path / str(number))
        except DataError as error:
            assert str(archive) in str(error)  # noqa: PT017


def test_cannot_write(make: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot write"):
        unpack(make(file("a")), tmp_path / "file" / "out")


def test_links_within_the_archive_are_left_out(make: Make, tmp_path: Path) -> None:
    archive = make(file("a"), special("d/latest", tarfile.SYMTYPE, "../a"))
    left_out = LeftOut()
    assert list(unpack_each(archive, tmp_path / "out", left_out)) == [tmp_path / "out/a"]
    assert left_out == LeftOut(links=1)
    assert not (tmp_path / "out/d").exists()


def test_a_hard_link_is_another_file_of_the_same_content(make: Make, tmp_path: Path) -> None:
    archive = make(file("a", b"old"), special("d/b", tarfile.LNKTYPE, "a"), file("a", b"new"))
    assert unpack(archive, tmp_path / "out") == [tmp_path / "out/a", tmp_path / "out/d/b"]
    assert (tmp_path / "out/d/b").read_bytes() == b"old"
    assert (tmp_path / "out/a").read_bytes() == b"new"
    with pytest.raises(DataError, match="more bytes than expected: 6 by member 2, at most 5"):
        unpack(archive, tmp_path / "less", max_bytes=5)


def test_what_macos_packs_beside_files_is_left_out(make: Make, tmp_path: Path) -> None:
    archive = make(file("a"), file("./._a"), file("__MACOSX/a"))
    left_out = LeftOut()
    assert list(unpack_each(archive, tmp_path / "out", left_out)) == [tmp_path / "out/a"]
    assert left_out == LeftOut(junk=2)
