"""The spread of a model's features between its graph as given and as folded."""

from typing import Any

import numpy as np

from tasks.dumps.spread import relative_difference
from tasks.errors import DataError
from tasks.model_files.cut import FEATURE, PICTURE
from tasks.networks.preprocessing import normalised
from tasks.networks.recipe import Preprocessing
from tasks.networks.tensorflow import import_tensorflow

_PICTURES = 4
_COARSE = 8
_SEED = 5


def measure_spread(name: str, given: Any, folded: Any, preprocessing: Preprocessing) -> float:
    """Return the largest relative difference between the features as given and as folded.

    Args:
        name: of the model, for messages.
        given: ``Part.definition``.
        folded: ``fold`` of it.
        preprocessing: gives the range of the pictures that are compared.

    Raises:
        DataError: the graph does not run on several pictures, or gives no finite numbers.
    """
    tf = import_tensorflow()
    size = preprocessing.size
    coarse = np.random.default_rng(_SEED).uniform(0, 255, (_PICTURES, _COARSE, _COARSE, 3))
    pictures = tf.image.resize(coarse.astype(np.float32), [size, size]).numpy()
    images = normalised(pictures, preprocessing)
    expected, actual = (_features(name, graph, images) for graph in (given, folded))
    if not np.isfinite(expected).all():
        raise DataError(f"{name}: the features of a picture are not finite numbers")
    return float(relative_difference(actual, expected).max())


def _features(name: str, definition: Any, images: Any) -> Any:
    tf = import_tensorflow()
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        config = tf.compat.v1.ConfigProto()
        # As it stands: TensorFlow would fold the graph that was given as ``fold`` does.
        config.graph_options.rewrite_options.disable_meta_optimizer = True
        with tf.compat.v1.Session(graph=graph, config=config) as session:
            try:
                found = session.run(f"{FEATURE}:0", {f"{PICTURE}:0": images})
            except tf.errors.OpError as error:
                reason = str(error.message).splitlines()[0]
                raise DataError(
                    f"{name} does not run on a batch of {len(images)} pictures: {reason}"
                ) from error
    return found.reshape(len(images), -1)
