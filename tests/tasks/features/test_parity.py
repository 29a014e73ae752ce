"""check_parity: two engines that agree, and what is said when they do not."""

import importlib.util
import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.dumps.description import TENSORS, Dump, read_dump
from tasks.errors import GraftError, ParityError, SetupError
from tasks.features import parity
from tasks.features.engines import ENGINES
from tasks.features.extraction import extract_features
from tasks.features.parity import check_parity, relative_difference
from tasks.spark import jvm
from tasks.spark.cluster import Cluster
from tasks.spark.jvm import save_tensors
from tasks.storage.artifact import Artifact
from tasks.storage.paths import Home


@pytest.fixture
def pipeline(dumps: dict[str, Artifact]) -> Dump:
    return read_dump(dumps["validation"].path)


@pytest.fixture
def check(cluster: Cluster, tmp_path: Path) -> Callable[..., Any]:
    """Extract a dump's features with one engine and check them against the other."""
    home = Home(tmp_path / "home")

    def check(pipeline: Dump, engine: str, records: int = 64) -> Any:
        (features,) = extract_features(cluster.context, [pipeline], engine, home)
        return check_parity(cluster.context, pipeline, engine, features, records, home)

    return check


@pytest.mark.parametrize("engine", ["bigdl", "tensorflow"])
def test_the_engines_agree(
    engine: str, check: Any, pipeline: Dump, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    found = check(pipeline, engine)
    assert found.records == pipeline.records
    assert 0 < found.largest_relative_difference < found.tolerance == 1e-4
    assert "bigdl and tensorflow agree on 4 records, largest relative difference" in caplog.text


def test_a_passed_check_is_not_made_again(
    check: Any, pipeline: Dump, caplog: pytest.LogCaptureFixture
) -> None:
    first = check(pipeline, "bigdl")
    caplog.set_level(logging.INFO)
    assert check(pipeline, "bigdl") == first
    assert caplog.text.count("reused") == 2  # features and check


def test_few_records_are_whole_chunks(check: Any, pipeline: Dump) -> None:
    assert check(pipeline, "bigdl", records=1).records == 2


@pytest.fixture
def tampered(pipeline: Dump, weights: dict[str, Any], tmp_path: Path) -> Callable[[str], Dump]:
    """Returns a copy of the dump that has another value of one variable in model.bin alone."""

    def tamper(name: str) -> Dump:
        folder = tmp_path / "tampered"
        shutil.copytree(pipeline.path, folder)
        (folder / TENSORS).unlink()
        save_tensors({**weights, name: weights[name] + np.float32(0.05)}, folder / TENSORS)
        return replace(pipeline, path=folder, digests={**pipeline.digests, "weights": name})

    return tamper


@pytest.mark.parametrize(
    ("engine", "variable", "node"),
    [
        ("bigdl", "InceptionV1/Conv2d_1a_7x7/BatchNorm/beta", "Conv2d_1a_7x7"),
        ("tensorflow", "InceptionV1/Mixed_4c/Branch_1/Conv2d_0b_3x3/BatchNorm/beta", "Mixed_4c"),
        ("bigdl", "InceptionV1/Mixed_5c/Branch_0/Conv2d_0a_1x1/weights", "Mixed_5c"),
    ],
)
def test_the_first_node_that_differs_is_named(
    engine: str, variable: str, node: str, check: Any, tampered: Any
) -> None:
    pipeline = tampered(variable)
    with pytest.raises(ParityError) as caught:
        check(pipeline, engine)
    message = str(caught.value)
    assert "the engines bigdl and tensorflow differ by " in message
    assert f"first at {node} (InceptionV1/{node}/" in message
    assert f"of {pipeline.shards[0].path.name.rpartition('_')[0]}_" in message
    assert str(pipeline.path / TENSORS) in message
    assert not list((Path(pipeline.path).parent / "home" / "parity").glob("[!.]*"))


def test_without_the_other_engine_it_is_left_out(
    check: Any, pipeline: Dump, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    find_spec = importlib.util.find_spec
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda n: None if n == "tensorflow" else find_spec(n)
    )
    assert check(pipeline, "bigdl") is None
    assert "left out, the engine tensorflow does not run here: TensorFlow is not" in caplog.text


@pytest.mark.parametrize("other", ["bigdl", "tensorflow"])
def test_an_engine_that_drops_records_does_not_pass(
    other: str, check: Any, pipeline: Dump, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Forgetful(ENGINES[other]):  # type: ignore[misc]  # whichever class the table holds
        def extract(self, chunks: Any, pipeline: Any, folder: Any) -> int:
            return int(super().extract(chunks[:1], pipeline, folder))

    engine = "tensorflow" if other == "bigdl" else "bigdl"
    check(pipeline, engine)  # so that the features are there
    monkeypatch.setitem(ENGINES, other, Forgetful)
    with pytest.raises(GraftError, match="2 features were written for 4 records"):
        check(pipeline, engine, records=3)


def test_a_broken_setup_is_no_reason_to_leave_it_out(
    check: Any, pipeline: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jvm, "_PACKAGE", "no.such.package")
    with pytest.raises(SetupError, match=r"^no.such.package.FeatureEngine is not on the driver's"):
        check(pipeline, "tensorflow")


def test_labels_are_compared_too(
    check: Any, pipeline: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_labels(theirs: Any, *_: Any) -> Any:
        index = theirs.schema.get_field_index("label")
        return theirs.set_column(index, "label", [theirs["label"].to_numpy() + 1])

    monkeypatch.setattr(parity, "_rows_like", other_labels)
    with pytest.raises(ParityError, match=r"^check_parity: the label of .*, record 0 is \d to"):
        check(pipeline, "bigdl")


def test_relative_difference_is_of_the_mean_where_a_value_is_small() -> None:
    expected = np.array([4, 2, 0, 2], np.float32)  # 2 in the mean
    actual = np.array([4.4, 2.1, 0.1, 2], np.float32)
    found = relative_difference(actual, expected)
    np.testing.assert_allclose(found, [0.1, 0.05, 0.05, 0], atol=1e-6)
    assert not np.isfinite(relative_difference(np.float32([np.nan]), np.float32([1]))).any()
