"""The model that BigDL trains, against the same layer in NumPy."""

import numpy as np
import numpy.typing as npt
import pytest

from tasks.models.bigdl_head import new_model
from tasks.spark.bigdl import quiet
from tasks.spark.cluster import Cluster


@pytest.fixture(scope="module")
def pooled() -> npt.NDArray[np.float32]:
    return np.random.default_rng(2).normal(size=(3, 1, 1, 7)).astype(np.float32)


def weights_of(cluster: Cluster, seed: int) -> list[npt.NDArray[np.float32]]:
    with quiet():
        model = new_model(cluster.context, class_count=2, feature_size=7, seed=seed)
    weights: list[npt.NDArray[np.float32]] = model.get_weights()
    return weights


def test_is_a_linear_layer_on_pooled_features(
    cluster: Cluster, pooled: npt.NDArray[np.float32]
) -> None:
    with quiet():
        model = new_model(cluster.context, class_count=2, feature_size=7, seed=1)
        weight, bias = model.get_weights()
        assert (weight.shape, bias.shape) == ((2, 7), (2,))
        found = model.forward(pooled)
    # Sums of seven products, in float32 on both sides.
    np.testing.assert_allclose(found, pooled.reshape(3, 7) @ weight.T + bias, rtol=1e-5, atol=1e-6)


def test_one_record_keeps_its_batch(cluster: Cluster, pooled: npt.NDArray[np.float32]) -> None:
    """A Squeeze of all dimensions would squeeze that of one record, too."""
    with quiet():
        model = new_model(cluster.context, class_count=2, feature_size=7, seed=1)
        assert model.forward(pooled[:1]).shape == (1, 2)


def test_a_seed_decides_the_weights(cluster: Cluster) -> None:
    one, again, other = (weights_of(cluster, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one[0], again[0])
    assert np.abs(one[0] - other[0]).max() > 0.01
