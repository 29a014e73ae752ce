from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tasks.networks.tensorflow import import_tensorflow


def test_scores_of_decoded_pictures_are_those_of_the_signature(
    tiny_dump: Path, classifier_of: Callable[[Path], Any], loaded: Any
) -> None:
    pixels = np.random.default_rng(2).uniform(-3, 258, (3, 57, 91, 3)).astype(np.float32)
    tf = import_tensorflow()
    found = tf.function(classifier_of(tiny_dump).scores)(tf.constant(pixels)).numpy()
    wanted = loaded.signatures["images"](images=tf.constant(pixels))["scores"].numpy()
    assert len(np.unique(wanted)) == wanted.size
    # The same operations in the same TensorFlow; sums may be taken in another order.
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-6)
