"""The conversion of a model's file to a network, made in a process of its own.

The file is not trusted: whatever happens to this process, the step that started it says so.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.errors import DataError
from tasks.model_files.constants import check_finite, in_scope, take_weights
from tasks.model_files.cut import Part, cut_out
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
from tasks.model_files.spread import measure_spread
from tasks.networks.checkpoint import CHECKPOINT_JSON
from tasks.networks.recipe import Preprocessing
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.local_files import write_json

logger = logging.getLogger(__name__)

_CHECKPOINT = "model.ckpt"


@dataclass(frozen=True)
class Request:
    """Model to convert, and the folders that it goes through.

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
    spread = measure_spread(given.name, part.definition, folded, preprocessing)
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
    end_points = main_nodes(folded)
    graph, weights = take_weights(folded)
    size = sum(value.nbytes for value in weights.values())
    if size > MAX_GRAPH_BYTES:
        raise DataError(
            f"{model.name} has {size:,} bytes of weights up to its features, and a frozen graph "
            f"holds at most {MAX_GRAPH_BYTES:,} (2 GiB, the limit of protobuf)"
        )
    (target / GRAPH).write_bytes(in_scope(graph, SCOPE).SerializeToString(deterministic=True))
    _save(weights, target / _CHECKPOINT)
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


def _save(weights: Mapping[str, Any], prefix: Path) -> None:
    """Write weights as a checkpoint of TensorFlow's."""
    import_tensorflow().raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=[f"{WEIGHTS}/{name}" for name in weights],
        shape_and_slices=[""] * len(weights),
        tensors=list(weights.values()),
    )
