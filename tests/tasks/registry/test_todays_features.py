from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.plain_slim import FloatArray
from support.trained import Model, write_features, write_trained
from support.viewfs import ViewFs
from tasks.errors import DataError
from tasks.features.store import feature_matrix
from tasks.registry.todays_features import feature_tables, todays_features
from tasks.runs.metrics import RunMetrics
from tasks.storage.artifact import Artifact, build
from tasks.storage.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def model(home: Home, run_id: str, **changes: Any) -> RunMetrics:
    return write_trained(home, replace(Model(run_id, [True]), **changes))


def numbers(tables: Any) -> list[list[float]]:
    return [row for table in tables for row in feature_matrix(table).tolist()]


def test_a_network_of_the_same_weights_has_the_new_models(home: Home, tmp_path: Path) -> None:
    today = write_features(tmp_path / "today", [[1, 2]], [0], ["a"])
    new = model(home, "new", features=(today, today))
    old = model(home, "old", dataset="yesterday")
    assert numbers(todays_features(home, new, old)) == [[1, 2]]


def test_another_networks_are_found_where_a_run_left_them(home: Home) -> None:
    recipe = {"split": "validation", "dataset": "da7a", "weights": "others", "engine": "bigdl"}

    def write(row: list[float], **changes: str) -> None:
        build(
            home.features,
            {**recipe, **changes},
            lambda folder: (write_features(folder, [row], [0], ["a"]), None)[1],
        )

    write([3, 4])
    write([5, 6], dataset="yesterday")
    write([7, 8], split="train")
    (home.features / "damaged").mkdir()
    (home.features / "damaged" / "artifact.json").write_text("{")
    new, old = model(home, "new"), model(home, "old", dataset="yesterday", weights="others")
    assert numbers(todays_features(home, new, old)) == [[3, 4]]


def test_where_there_are_none_the_champions_graph_makes_them(
    graft_home: Home,
    tmp_path: Path,
    dumps: dict[str, Artifact],
    dataset: Path,
    expected: dict[str, FloatArray],
    assert_features_agree: Callable[[Any, Any], None],
) -> None:
    home = Home(tmp_path)
    for kind in ("dumps", "datasets"):
        (tmp_path / kind).symlink_to(graft_home.root / kind)
    new = model(home, "new", dataset=dataset.name)
    old = model(home, "old", dataset="yesterday", weights="others", dump=dumps["validation"].path)
    tables = list(todays_features(home, new, old))
    assert_features_agree(
        np.concatenate([feature_matrix(t) for t in tables]), expected["validation"]
    )
    assert tables[0]["record"].to_pylist()[0] == 0


def test_a_data_set_that_is_gone_is_named(home: Home) -> None:
    new, old = model(home, "new"), model(home, "old", dataset="yesterday", weights="others")
    with pytest.raises(DataError, match=r"dumps/d is not a dump"):
        list(todays_features(home, new, old))


def test_remote_features_are_read_through_hadoop(
    viewfs: ViewFs,
    tmp_path: Path,
    remote_folder: Any,
    remote_store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HADOOP_CONF_DIR", str(viewfs.conf))
    write_features(remote_store, [[1, 2]], [0], ["a"])
    (remote_store / ".s-0.parquet.crc").write_bytes(b"x")
    assert numbers(feature_tables(remote_folder)) == [[1, 2]]
