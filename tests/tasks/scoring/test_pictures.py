"""Reading of the parts that are missing, and of no others."""

from pathlib import Path

from support.sources import parquet, pictures, write_folder
from tasks.conversion.store import PictureStore
from tasks.params.scoring import ScoreConfig
from tasks.scoring.find import cut, find_pictures
from tasks.scoring.parts import Parts
from tasks.scoring.pictures import pictures_of
from tasks.scoring.ready import pickled
from tasks.spark.cluster import Cluster

FILES = pictures(6)


def test_what_is_in_parts_that_are_done_is_not_read(cluster: Cluster, tmp_path: Path) -> None:
    store = PictureStore(cluster.context)
    source = write_folder(tmp_path / "in", FILES)
    config = ScoreConfig(pictures_url=str(source))
    found = find_pictures(store, source, config, tmp_path / "scratch")
    elements, numbers = pictures_of(store, found, Parts(3), {0, 2})
    assert numbers == [0, 1, 2]
    first, second, third = elements.glom().collect()
    assert first == third == []
    names = {pickled(beside).name for beside in second[::2]}
    assert names < set(FILES)
    assert names


def test_slices_of_a_file_have_each_of_its_pictures_once(cluster: Cluster, tmp_path: Path) -> None:
    store = PictureStore(cluster.context)
    source = write_folder(tmp_path / "in", {"a.parquet": parquet(FILES, tmp_path)})
    config = ScoreConfig(pictures_url=str(source))
    found = find_pictures(store, source, config, tmp_path / "scratch")
    (whole,) = cut(found).files
    parts = Parts(3, tuple(type(whole)(whole.path, number, 3) for number in range(3)))
    elements, numbers = pictures_of(store, found, parts, {1})
    assert numbers == [0, 2]
    read = [pickled(beside).name for beside in elements.collect()[::2]]
    assert len(read) == len(set(read)) == 12
