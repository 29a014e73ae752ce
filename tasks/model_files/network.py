"""The record of a network that was made from a model's file."""

from functools import partial
from pathlib import Path
from typing import Any

from tasks.model_files.cut import FEATURE, PICTURE
from tasks.networks.network import Network
from tasks.networks.recipe import Preprocessing
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.local_files import read_json_file

NETWORK_JSON = "network.json"
GRAPH = "graph.pb"
#: The scope of all nodes of the network, and that of its weights: a variable's own operations are
#: named as if they were in it.
SCOPE = "network"
WEIGHTS = "network_weights"


def read_network(folder: Path) -> Network:
    """Return the network in a folder that ``fetch_model`` made."""
    fields = read_json_file(folder / NETWORK_JSON)
    return Network(
        name=fields["name"],
        scope=SCOPE,
        logits=None,
        preprocessing=Preprocessing.from_json(fields["preprocessing"]),
        feature_size=fields["feature_size"],
        build=partial(
            build, folder=folder, weights=fields["weights"], end_points=fields["end_points"]
        ),
        checkpoint_url=None,
        checkpoint_classes=None,
        gflops=None,
        parameters=None,
        top1=None,
        spread=fields["spread"],
    )


def build(
    images: Any, *, folder: Path, weights: dict[str, list[int]], end_points: list[str]
) -> tuple[Any, dict[str, Any]]:
    """Add the network to the current graph, its weights as version 1 variables.

    Args:
        images: float32 tensor ``[batch, size, size, 3]``.
        folder: that ``fetch_model`` made.
        weights: shape of every weight by its name.
        end_points: names of the nodes to return.

    Returns:
        The features, float32 ``[batch, 1, 1, feature_size]``, and the end points by name.
    """
    tf = import_tensorflow()
    definition = tf.compat.v1.GraphDef.FromString((folder / GRAPH).read_bytes())
    given = {f"{SCOPE}/{PICTURE}:0": images}
    for name, shape in weights.items():
        # BigDL's loader reads VariableV2, not the resource variables of TensorFlow 2.
        variable = tf.compat.v1.get_variable(
            f"{WEIGHTS}/{name}", shape, tf.float32, use_resource=False
        )
        given[f"{SCOPE}/{name}:0"] = variable.value()
    tf.import_graph_def(definition, given, name="")
    graph = tf.compat.v1.get_default_graph()
    tensors = {n: graph.get_tensor_by_name(f"{SCOPE}/{n}:0") for n in (*end_points, FEATURE)}
    return tensors.pop(FEATURE), tensors
