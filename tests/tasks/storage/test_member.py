from pathlib import Path

from support.sources import write_tar, write_zip
from tasks.storage.member import Member
from tasks.storage.tar_stream import read_tar
from tasks.storage.zip_members import read_zip

FILES = {"a/1": b"one", "b": b""}


def facts(member: Member) -> tuple[str, int, str, str]:
    return member.name, member.size, member.kind, member.target


def test_both_kinds_of_archives_have_the_same_members(tmp_path: Path) -> None:
    tar = read_tar(write_tar(tmp_path / "a.tar", FILES), tmp_path)
    zipped = read_zip(write_zip(tmp_path / "a.zip", FILES), 10)
    for number, (one, other) in enumerate(zip(tar, zipped, strict=True)):
        assert facts(one) == facts(other)
        for member in (one, other):
            folder = tmp_path / f"{number} {id(member)}"
            folder.mkdir()
            member.save(folder)
            assert (folder / member.name).read_bytes() == FILES[member.name]
