import numpy as np
import pytest
from scipy.special import log_softmax

from tasks.evaluation.cross_entropy import cross_entropy


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_it_is_scipys_log_softmax_of_the_label(scale: float) -> None:
    random = np.random.default_rng(3)
    logits, label = random.normal(size=(50, 4)) * scale, random.integers(0, 4, 50)
    expected = -log_softmax(logits, axis=1)[np.arange(50), label]
    np.testing.assert_allclose(cross_entropy(logits, label), expected, rtol=1e-12, atol=1e-15)


def test_no_records_have_none() -> None:
    assert cross_entropy(np.empty((0, 3)), np.empty(0, np.int64)).shape == (0,)
