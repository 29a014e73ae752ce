"""Search for pictures; ``test_score.py`` has every layout."""

from pathlib import Path

import pytest

from support.sources import pictures, write_folder
from tasks.conversion.store import PictureStore
from tasks.errors import DataError
from tasks.params.scoring import ScoreConfig
from tasks.scoring.find import cut, find_pictures
from tasks.spark.cluster import Cluster


def test_a_folder_is_cut_by_its_files_and_an_error_names_it(
    cluster: Cluster, tmp_path: Path
) -> None:
    store = PictureStore(cluster.context)
    source = write_folder(tmp_path / "in", {**pictures(30), "n.txt": b""})
    config = ScoreConfig(pictures_url=str(source))
    found = find_pictures(store, source, config, tmp_path / "scratch")
    assert (found.source.total, found.root) == (91, source)
    assert cut(found).count == 2
    state = found.listed.summary.state
    again = find_pictures(store, source, config, tmp_path / "again")
    assert again.listed.summary.state == state
    (source / "rose" / "0.jpg").touch()
    touched = find_pictures(store, source, config, tmp_path / "touched")
    assert touched.listed.summary.state != state
    wrong = ScoreConfig(pictures_url=str(source), data_layout="parquet")
    with pytest.raises(DataError, match=rf"^{source}: has no pictures; expected Parquet files; it"):
        find_pictures(store, source, wrong, tmp_path / "wrong")
