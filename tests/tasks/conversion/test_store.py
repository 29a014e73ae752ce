"""The bridge to Scala: files of any name, read and written by executors."""

from pathlib import Path

import pytest

from support.sources import write_folder
from tasks.conversion.store import PictureStore, file_request, pairs, spill_request
from tasks.errors import DataError, StorageError
from tasks.storage.locations import RemotePath

ODD = "a: 50%/ä #1\t\n.bin"


def test_parts_of_files_come_in_their_order(
    store: PictureStore, tmp_path: Path, remote: RemotePath
) -> None:
    write_folder(tmp_path / "in", {ODD: b"0123456789", "empty": b""})
    write_folder(tmp_path / "spills", {"s": b"abcdef"})
    requests = [
        file_request(ODD, 99, b"whole"),
        file_request(ODD, 3, b"cut"),
        file_request("none", 99, b""),
        file_request("empty", 99, b"\0"),
        spill_request("s", 2, 3, b"spilled"),
    ]
    for root in (tmp_path, remote):
        found = store.read(store.distribute(requests, 2), root / "in", root / "spills")
        assert list(pairs(found.collect())) == [
            (b"whole", b"0123456789"),
            (b"cut", b"012"),
            (b"", None),
            (b"\0", b""),
            (b"spilled", b"cde"),
        ]
        assert store.part(root / "in", ODD, 8, 99) == b"89"
        assert store.part(root / "in", "none", 0, 9) is None


def test_files_are_written_whole_and_results_handed_on(store: PictureStore, tmp_path: Path) -> None:
    elements = [b"na", b"d12", b"rone", b"d3", b"nb: %", b"rtwo", b"d4"]
    written = store.write(store.distribute(elements, 1), tmp_path / "out")
    assert written.collect() == [b"one", b"two"]
    found = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert found == {"a": b"123", "b: %": b"4"}


def test_a_task_that_fails_leaves_no_file(store: PictureStore, tmp_path: Path) -> None:
    def broken(_: object) -> object:
        yield b"na"
        yield b"d1"
        raise DataError("is broken")

    elements = store.distribute([1], 1).mapPartitions(broken)
    with pytest.raises(Exception, match="is broken"):
        store.write(elements, tmp_path / "out").collect()
    assert not list((tmp_path / "out").iterdir())


def test_copies(store: PictureStore, tmp_path: Path, remote: RemotePath) -> None:
    write_folder(tmp_path / "in", {ODD: b"0123", "b": b""})
    store.copy([ODD, "b"], remote / "in", tmp_path / "out")
    assert (tmp_path / "out" / ODD).read_bytes() == b"0123"
    assert (tmp_path / "out" / "b").read_bytes() == b""
    with pytest.raises(DataError, match="none cannot be read"):
        store.copy(["none"], tmp_path / "in", tmp_path / "out")


def test_staged_files_are_deleted_with_the_task(store: PictureStore, tmp_path: Path) -> None:
    write_folder(tmp_path / "in", {ODD: b"0123"})
    staged = store.stage([ODD], tmp_path / "in")
    root, content = staged.map(
        lambda root: (root.decode(), (Path(root.decode()) / ODD).read_bytes())
    ).first()
    assert content == b"0123"
    assert not Path(root).exists()


def test_holds_any(store: PictureStore, tmp_path: Path) -> None:
    assert not store.holds_any(tmp_path)
    assert not store.holds_any(tmp_path / "none")
    (tmp_path / "file").write_text("")
    assert store.holds_any(tmp_path)


def test_a_folder_that_cannot_be_written(store: PictureStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    elements = store.distribute([b"na", b"d1"], 1)
    with pytest.raises(Exception, match="cannot write") as caught:
        store.write(elements, tmp_path / "file").collect()
    assert "StorageError" in str(caught.value) or isinstance(caught.value, StorageError)
