"""Places that executors do not read: archives, and files of a web server."""

from dataclasses import replace
from pathlib import Path

import pytest

from support.archives import pack
from support.sources import pictures, write_folder
from tasks.conversion.store import PictureStore
from tasks.errors import DataError, ParamsError
from tasks.scoring.place import readable
from tasks.spark.cluster import Cluster
from tasks.storage.locations import RemotePath
from tasks.storage.paths import Home


@pytest.fixture
def store(cluster: Cluster) -> PictureStore:
    return PictureStore(cluster.context)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = write_folder(tmp_path / "in", pictures(1))
    return pack(tmp_path / "all.tar.gz", sorted(folder.iterdir()))


def test_an_archive_is_unpacked_for_as_long_as_it_is_read(
    store: PictureStore, cluster: Cluster, archive: Path, remote: RemotePath, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    states = set()
    for place in (str(archive), str(archive), f"{remote}/all.tar.gz"):
        with readable(place, store, cluster, home) as found:
            assert isinstance(found.place, Path)
            assert len(list(found.place.rglob("*.jpg"))) == 3
            states.add(found.state)
        assert not found.place.exists()
    assert len(states) == 2


def test_a_folder_stays_where_it_is(store: PictureStore, cluster: Cluster, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with readable(str(tmp_path), store, cluster, home) as found:
        assert (found.place, found.state) == (tmp_path, None)
    with readable(tmp_path.as_uri(), store, cluster, home) as found:
        assert found.place == tmp_path


def test_executors_that_would_not_see_it_are_told(
    store: PictureStore, cluster: Cluster, archive: Path, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home", RemotePath("s3a://bucket/graft"))
    elsewhere = replace(cluster, master="spark://head:7077")
    for place, why in (
        (str(archive), r"executors do not share out an archive \(tar\), and they do not see"),
        ("http://host/a.zip", r"executors do not read http\(s\), and they do not see .* either"),
    ):
        with (
            pytest.raises(ParamsError, match=why),
            readable(place, store, elsewhere, home),
        ):
            pass


def test_a_damaged_archive_is_told(store: PictureStore, cluster: Cluster, archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:1000])
    home = Home(archive.parent / "home")
    with (
        pytest.raises(DataError, match=r"all\.tar\.gz"),
        readable(str(archive), store, cluster, home),
    ):
        pass
    assert not [path for path in home.unpacked.iterdir() if path.is_dir()]
