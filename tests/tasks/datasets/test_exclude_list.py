import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.http_server import ScriptedServer, scripted_server
from tasks.datasets import exclude_list as module
from tasks.datasets.exclude_list import ExcludeList, fetch_exclude_list, read_exclude_list
from tasks.errors import DataError
from tasks.storage.paths import Home

ONE, TWO = (hashlib.sha256(text).hexdigest() for text in (b"1", b"2"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "exclude.txt"


def read(path: Path, text: str | bytes) -> ExcludeList:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_exclude_list(path)


def test_names_digests_copies_and_comments(path: Path) -> None:
    text = f"# wrong labels\n\n rose/a #1.jpg \r\n{ONE.upper()}  # tulip? 0.9\n{TWO} copies # 3\n"
    assert read(path, text) == ExcludeList(
        frozenset({"rose/a #1.jpg"}), frozenset({ONE}), frozenset({TWO})
    )


def test_a_byte_order_mark_belongs_to_no_name(path: Path) -> None:
    assert read(path, "\ufeffä.jpg\n").names == {"ä.jpg"}


def test_the_digest_is_that_of_the_entries(path: Path) -> None:
    one = read(path, f"a\nb\n{ONE}\n")
    same = read(path, f"# other words\n{ONE} # why\nb\na\na\n")
    assert len(one) == len(same) == 3
    assert one.digest == same.digest
    others = (read(path, text) for text in (f"a\n{ONE}\n", f"a\nb\n{ONE} copies\n", "a\nb\n"))
    assert len({one.digest, *(each.digest for each in others)}) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"a\n{ONE} nearly\n", r"has 'nearly' after the digits in line 2, expected 'copies', a c"),
        ("a\0b\n", "has a NUL character in line 1, expected a text file"),
        (b"\xff\xfe\n", "is not UTF-8 text"),
    ],
)
def test_what_is_no_entry_is_refused(path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(path, text)


def test_a_list_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ENTRIES", 2)
    assert len(read(path, "a\nb\n")) == 2
    with pytest.raises(DataError, match=r"exclude: the list .* has 3 entries, expected at most 2"):
        read(path, "a\nb\nc\n")
    monkeypatch.setattr(module, "MAX_BYTES", 3)
    with pytest.raises(DataError, match="has 4 bytes, expected at most 3"):
        read(path, "a\nb\n")


def test_what_is_no_file_is_refused(path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot be read \(No such file .* expected a text file"):
        read_exclude_list(path)
    path.mkdir()
    with pytest.raises(DataError, match="is no file"):
        read_exclude_list(path)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


class TestFetch:
    def test_a_file_of_this_machine_stays_where_it_is(self, path: Path, tmp_path: Path) -> None:
        for place in (str(path), path.as_uri()):
            assert fetch_exclude_list(place, Home(tmp_path / "home")) == path
        assert not (tmp_path / "home").exists()

    def test_a_url_is_downloaded(self, tmp_path: Path, server: ScriptedServer) -> None:
        server.content = b"a.jpg\n"
        found = fetch_exclude_list(server.url, Home(tmp_path))
        assert read_exclude_list(found).names == {"a.jpg"}

    def test_but_not_a_large_one(
        self, tmp_path: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "MAX_BYTES", 3)
        server.content = b"a.jpg\n"
        with pytest.raises(DataError, match="is too large, expected at most 3 bytes"):
            fetch_exclude_list(server.url, Home(tmp_path))
