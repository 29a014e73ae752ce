"""The code of Graft that reads each kind of input, given bytes."""

import itertools
import shutil
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from support.archives import pack
from support.network import LOOPBACK
from tasks.datasets.folder_tree import Folder
from tasks.datasets.labels import read_labels
from tasks.datasets.picture import prepare
from tasks.datasets.source_list import ListSource
from tasks.datasets.source_parquet import ParquetSource
from tasks.datasets.source_tfrecord import TfrecordSource
from tasks.download.download import download
from tasks.download.transfer import RetryPolicy
from tasks.errors import PictureError
from tasks.storage.archive import unpack
from tasks.storage.local_files import file_sha256

Reader = Callable[[bytes], None]

_ONCE = RetryPolicy(attempts=1, connect_timeout=5, read_timeout=5, first_wait=0, longest_wait=0)
_MOST_BYTES = 2**20


def archive_reader(folder: Path) -> Reader:
    """Unpacks an archive of at most 1 MiB, and looks whether anything left the folder."""
    archive, target = folder / "input", folder / "below" / "unpacked"

    def read(data: bytes) -> None:
        archive.write_bytes(data)
        shutil.rmtree(folder / "below", ignore_errors=True)
        try:
            files = unpack(archive, target, max_bytes=_MOST_BYTES)
        finally:
            outside = {path.name for path in folder.iterdir()} - {"input", "below"}
            assert not outside, outside
            assert {path.name for path in target.parent.iterdir()} <= {"unpacked"}
        for path in files:
            assert path.resolve().is_relative_to(target.resolve())

    return read


def record_reader(folder: Path) -> Reader:
    """Reads all records, their pictures and their labels."""
    shard = folder / "train-00000-of-00001"

    def read(data: bytes) -> None:
        shard.write_bytes(data)
        source = TfrecordSource(Folder(folder), [shard.name], None)
        for entry in source.entries():
            loaded = source.load(entry)
            try:
                prepare(loaded.data)
            except PictureError:
                continue

    return read


def label_reader(folder: Path) -> Reader:
    """Reads a label file."""
    path = folder / "labels.txt"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        names = read_labels(path).names
        assert all(name.isprintable() or name for name in names)

    return read


def picture_reader(_: Path) -> Reader:
    """Checks and converts a picture."""

    def read(data: bytes) -> None:
        prepare(data)

    return read


def list_reader(folder: Path) -> Reader:
    """Reads a list, as JSON lines or as CSV."""

    def read(data: bytes) -> None:
        name = "list.jsonl" if data.lstrip().startswith((b"{", b"[")) else "list.csv"
        (folder / name).write_bytes(data)
        for entry in ListSource(Folder(folder), name).entries():
            assert entry.where

    return read


def parquet_reader(folder: Path) -> Reader:
    """Reads all rows of a Parquet file."""
    path = folder / "train-00000-of-00001.parquet"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        source = ParquetSource(Folder(folder), [path.name])
        for entry in source.entries():
            try:
                source.load(entry)
            except PictureError:
                continue

    return read


def http_reader(folder: Path) -> Reader:
    """Downloads from a server that answers every request with the input and hangs up."""
    answer = [b""]
    server = socket.create_server((LOOPBACK, 0))
    threading.Thread(target=_serve, args=(server, answer), daemon=True).start()
    numbers = itertools.count()

    def read(data: bytes) -> None:
        answer[0] = data
        url = f"http://{LOOPBACK}:{server.getsockname()[1]}/{next(numbers)}.tar"
        try:
            download(url, folder / "downloads", policy=_ONCE, max_bytes=_MOST_BYTES)
        finally:
            shutil.rmtree(folder / "downloads", ignore_errors=True)

    return read


def _serve(server: socket.socket, answer: list[bytes]) -> None:
    while True:
        connection, _ = server.accept()
        with connection:
            try:
                connection.recv(2**16)
                connection.sendall(answer[0])
            except OSError:
                continue


def checkpoint_reader(folder: Path) -> Reader:
    """Checks a checkpoint of one file, in an archive, against a small network."""
    from support.tiny_network import TINY
    from tasks.networks.checkpoint import fetch_checkpoint

    single, archive = folder / "tiny.ckpt", folder / "tiny.tar"

    def read(data: bytes) -> None:
        single.write_bytes(data)
        pack(archive, [single])
        try:
            fetch_checkpoint(archive, file_sha256(archive), TINY, folder / "checkpoints")
        finally:
            shutil.rmtree(folder / "checkpoints", ignore_errors=True)

    return read


READERS: dict[str, Callable[[Path], Reader]] = {
    "tar": archive_reader,
    "zip": archive_reader,
    "tfrecord": record_reader,
    "labels": label_reader,
    "picture": picture_reader,
    "list": list_reader,
    "parquet": parquet_reader,
    "http": http_reader,
    "checkpoint": checkpoint_reader,
}
