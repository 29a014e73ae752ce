"""Place of the pictures as executors read it: what they cannot read is fetched or unpacked."""

import shutil
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock

from tasks.conversion.store import PictureStore
from tasks.datasets.fetch import fetch_source, source_of
from tasks.datasets.signature import ARCHIVES, HEAD_BYTES, kind_of
from tasks.datasets.tfrecord import holds_records
from tasks.errors import ParamsError
from tasks.spark.cluster import Cluster
from tasks.spark.files import HadoopFiles
from tasks.storage.archive import LeftOut, unpack_each
from tasks.storage.local_files import make_folder, storage_errors
from tasks.storage.locations import Location, expanded
from tasks.storage.manifest import digest_of
from tasks.storage.paths import Home

_WEB = ("http", "https")
_MOST_MEMBERS = 5_000_000


@dataclass(frozen=True)
class Pictures:
    """A place of pictures that executors read.

    Attributes:
        place: a folder, or a file that is no archive.
        state: digest of the content; None where the listing tells whether it has changed.
    """

    place: Location
    state: str | None = None


@contextmanager
def readable(url: str, store: PictureStore, cluster: Cluster, home: Home) -> Iterator[Pictures]:
    """Yield the place of pictures as executors read it.

    Args:
        url: path or URL that a user gave.
        store: reads.
        cluster: the Spark that scores.
        home: gets what is downloaded, and for as long as this lasts what is unpacked.

    Raises:
        DataError: an archive is damaged, or there is nothing at the URL.
        NetworkError: a server did not answer.
        ParamsError: executors would not see what is fetched or unpacked.
        StorageError: GRAFT_HOME cannot be written.
    """
    is_web = urlsplit(url).scheme.lower() in _WEB
    if is_web:
        _require_shared(cluster, home, "executors do not read http(s)")
    pictures = _downloaded(url, home) if is_web else Pictures(expanded(url))
    archive = _archive(pictures.place, store)
    if not archive:
        yield pictures
        return
    _require_shared(cluster, home, f"executors do not share out an archive ({archive})")
    with _unpacked(pictures, store, home) as unpacked:
        yield unpacked


def _downloaded(url: str, home: Home) -> Pictures:
    artifact = fetch_source(url, home.downloads)
    source = source_of(artifact.path)
    return Pictures(source if isinstance(source, Path) else source.root, artifact.digest)


def _require_shared(cluster: Cluster, home: Home, why: str) -> None:
    """Raise a ``ParamsError`` unless executors see the local files of GRAFT_HOME."""
    if home.remote is not None and not cluster.is_local:
        raise ParamsError(
            f"{why}, and they do not see {home.root} either, as GRAFT_HOME is {home.remote}: put "
            "the pictures themselves on a file system that they read, and give pictures_url that"
        )


def _archive(place: Location, store: PictureStore) -> str:
    """Return the kind of archive that a place is, empty where it is none."""
    if HadoopFiles.of(store.spark).size(place) is None:
        return ""
    kind = kind_of(store.part(place.parent, place.name, 0, HEAD_BYTES) or b"")
    if kind not in ARCHIVES or (isinstance(place, Path) and holds_records(place)):
        return ""
    return kind


@contextmanager
def _unpacked(pictures: Pictures, store: PictureStore, home: Home) -> Iterator[Pictures]:
    files = HadoopFiles.of(store.spark)
    (facts,) = files.facts(pictures.place).values()
    state = digest_of(
        {
            "archive": str(pictures.place),
            "content": pictures.state or [facts.size, facts.changed],
        }
    )
    folder = home.unpacked / state
    with storage_errors(folder):
        make_folder(folder.parent)
        # Another job of the same archive waits, and a killed one left a part.
        with FileLock(folder.parent / f".{state}.lock"):
            shutil.rmtree(folder, ignore_errors=True)
            try:
                folder.mkdir()
                archive = _local(pictures.place, files, folder)
                deque(
                    unpack_each(archive, folder / "content", LeftOut(), max_members=_MOST_MEMBERS),
                    maxlen=0,
                )
                yield Pictures(folder / "content", state)
            finally:
                shutil.rmtree(folder, ignore_errors=True)


def _local(place: Location, files: HadoopFiles, folder: Path) -> Path:
    if isinstance(place, Path):
        return place
    files.download(place, folder / "archive")
    return folder / "archive"
