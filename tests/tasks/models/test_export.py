"""The exported head, read back in both formats."""

from pathlib import Path

import numpy as np
import pytest

from tasks.models.export import ARRAYS, BIGDL, export_head, load_head
from tasks.models.head import Head
from tasks.spark.bigdl import quiet
from tasks.spark.cluster import Cluster

NAMES = ("daisy", "rose \N{LATIN SMALL LETTER E WITH ACUTE}", "tulip")


@pytest.fixture(scope="module")
def head() -> Head:
    rng = np.random.default_rng(6)
    weight, bias = rng.normal(size=(3, 5)), rng.normal(size=3)
    return Head(weight.astype(np.float32), bias.astype(np.float32))


@pytest.fixture(scope="module")
def folder(cluster: Cluster, head: Head, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    export_head(cluster.context, head, NAMES, folder)
    return folder


def test_the_arrays_are_those_of_the_head(folder: Path, head: Head) -> None:
    loaded, names = load_head(folder / ARRAYS)
    np.testing.assert_array_equal(loaded.weight, head.weight)
    np.testing.assert_array_equal(loaded.bias, head.bias)
    assert {loaded.weight.dtype, loaded.bias.dtype} == {np.dtype(np.float32)}
    assert tuple(names) == NAMES


def test_bigdls_model_gives_the_same_logits(folder: Path, head: Head) -> None:
    from bigdl.dllib.nn.layer import Model

    features = np.random.default_rng(7).normal(size=(4, 5)).astype(np.float32)
    with quiet():
        model = Model.loadModel(str(folder / BIGDL))
        found = model.forward(features[:, None, None, :])
    # Sums of five products, in float32 on both sides.
    np.testing.assert_allclose(found, head.logits(features), rtol=1e-5, atol=1e-6)


def test_a_second_export_replaces_the_first(cluster: Cluster, head: Head, folder: Path) -> None:
    other = Head(head.weight * 2, head.bias)
    export_head(cluster.context, other, NAMES, folder)
    try:
        np.testing.assert_array_equal(load_head(folder / ARRAYS)[0].weight, other.weight)
    finally:
        export_head(cluster.context, head, NAMES, folder)
    np.testing.assert_array_equal(load_head(folder / ARRAYS)[0].weight, head.weight)
