"""The conversion of a model's file to a network, made in a process of its own.

The file is not trusted: whatever happens to this process, the step that started it says so.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasks.dumps.spread import relative_difference
from tasks.errors import DataError
from tasks.model_files.constants import check_finite, in_scope, take_weights
from tasks.model_files.cut import FEATURE, PICTURE, Part, cut_out
from tasks.model_files.end_points import main_nodes
from tasks.model_files.fold import fold
from tasks.model_files.frozen_graph import load_frozen_graph
from tasks.model_files.given import Given
from tasks.model_files.keras_file import load_keras
from tasks.model_files.network import GRAPH, NETWORK_JSON, SCOPE, WEIGHTS
from tasks.model_files.operations import check_pure
from tasks.model_files.options import Options
from tasks.model_files.recognise import MAX_GRAPH_BYTES, Model, find_model
from tasks.model_files.saved_model import load_saved_model
from tasks.networks.checkpoint import CHECKPOINT_JSON
from tasks.networks.recipe import Preprocessing
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.local_files import write_json

logger = logging.getLogger(__name__)

_CHECKPOINT = "model.ckpt"
_PICTURES = 4
_COARSE = 8
_SEED = 5


@dataclass(frozen=True)
class Request:
    """What is to be converted, and where to.

    Attributes:
        given: the model's file or folder.
        scratch: an empty folder.
        target: the folder of the network's files.
        options: what the user says of the model.
    """

    given: Path
    scratch: Path
    target: Path
    options: Options


def convert(request: Request) -> None:
    """Write graph, weights and description of the network that a model's file is.

    Raises:
        DataError: the file is no model, or its network cannot be used.
        ParamsError: what the user says of it does not fit.
    """
    model = find_model(request.given, request.scratch)
    given = load(model, request.options)
    part = cut_out(given, request.options.feature_node, request.options.image_size)
    check_pure(given.name, part.definition)
    check_finite(given.name, part.definition)
    folded = fold(given.name, part.definition)
    check_pure(given.name, folded)
    check_finite(given.name, folded)
    preprocessing = request.options.recipe(part.image_size)
    spread = _spread(given.name, part.definition, folded, preprocessing)
    _write(request.target, model, part, folded, preprocessing, spread)


def load(model: Model, options: Options) -> Given:
    """Return a model's graph with the weights in it."""
    if model.kind == "frozen graph":
        return load_frozen_graph(model)
    if model.kind == "SavedModel":
        return load_saved_model(model)
    return load_keras(model, options)


def _write(
    target: Path,
    model: Model,
    part: Part,
    folded: Any,
    preprocessing: Preprocessing,
    spread: float,
) -> None:
    tf = import_tensorflow()
    end_points = main_nodes(folded)
    graph, weights = take_weights(folded)
    size = sum(value.nbytes for value in weights.values())
    if size > MAX_GRAPH_BYTES:
        raise DataError(
            f"{model.name} has {size:,} bytes of weights up to its features, and a frozen graph "
            f"holds at most {MAX_GRAPH_BYTES:,} (2 GiB, the limit of protobuf)"
        )
    (target / GRAPH).write_bytes(in_scope(graph, SCOPE).SerializeToString(deterministic=True))
    tf.raw_ops.SaveV2(
        prefix=str(target / _CHECKPOINT),
        tensor_names=[f"{WEIGHTS}/{name}" for name in weights],
        shape_and_slices=[""] * len(weights),
        tensors=list(weights.values()),
    )
    write_json(target / CHECKPOINT_JSON, {"checkpoint": _CHECKPOINT})
    write_json(
        target / NETWORK_JSON,
        {
            "name": f"file:{model.name}",
            "kind": model.kind,
            "feature_node": part.feature_node,
            "feature_size": part.feature_size,
            "preprocessing": preprocessing.as_json(),
            "spread": spread,
            "weights": {name: list(value.shape) for name, value in weights.items()},
            "end_points": end_points,
        },
    )
    logger.info(
        "%s is a %s; %d features at %s of pictures of %d x %d pixels",
        *(model.name, model.kind, part.feature_size, part.feature_node),
        *(part.image_size, part.image_size),
    )


def _spread(name: str, given: Any, folded: Any, preprocessing: Preprocessing) -> float:
    """Return the largest relative difference between the features as given and as folded."""
    tf = import_tensorflow()
    size = preprocessing.size
    coarse = np.random.default_rng(_SEED).uniform(0, 255, (_PICTURES, _COARSE, _COARSE, 3))
    pictures = tf.image.resize(coarse.astype(np.float32), [size, size]).numpy()
    scaled = pictures * np.float32(preprocessing.scale)
    centred = scaled - np.array(preprocessing.subtract, np.float32)
    images = centred * np.array(preprocessing.multiply, np.float32)
    if preprocessing.bgr:
        images = images[..., ::-1]
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
