"""Writes a checkpoint's weights as BigDL and as TensorFlow read them.

They do not depend on the split: they are an artefact of their own, and both dumps link to it.
"""

import importlib.metadata
import json
from pathlib import Path
from typing import Any

from tasks.dumps.description import FROZEN, TENSORS
from tasks.dumps.freeze import freeze
from tasks.dumps.spread import measure_spread, tolerance
from tasks.networks.checkpoint import load_weights
from tasks.networks.network import Network
from tasks.spark.jvm import save_tensors
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.local_files import write_json
from tasks.storage.paths import Home
from tasks.storage.proof import require_whole

# Part of the recipe: raising it remakes weights, features and models.
_FORMAT = 3
#: Name of the file with TensorFlow's own spread, of which the dumps' tolerance is made.
SPREAD = "spread.json"
_PACKAGES = ("tensorflow-cpu", "tf-slim", "bigdl-dllib-spark3")


def dump_weights(checkpoint: Path, definition: Any, network: Network, home: Home) -> LocalArtifact:
    """Return the artefact of ``model.bin`` and ``frozen.pb``, making it if it is not there.

    Args:
        checkpoint: folder that ``fetch_checkpoint`` made for ``network``.
        definition: the ``GraphDef`` that ``build_graph`` returned, of either split.
        network: the network in it.
        home: where weights live.
    """

    def make(folder: Path) -> None:
        require_whole(checkpoint)
        weights = load_weights(checkpoint, network)
        save_tensors(weights, folder / TENSORS)
        frozen = freeze(definition, weights, network)
        (folder / FROZEN).write_bytes(frozen.SerializeToString(deterministic=True))
        plain = freeze(definition, weights, network, fold=False)
        spread = max(network.spread, measure_spread(plain, frozen, network.image_size))
        write_json(folder / SPREAD, {"spread": spread})

    # The checkpoint's digest names its network.
    recipe = {
        "format": _FORMAT,
        "checkpoint": checkpoint.name,
        # The frozen graph begins with the record.
        "preprocessing": network.preprocessing.as_json(),
        "versions": package_versions(),
    }
    return build(home.weights, recipe, make, needs=(TENSORS, FROZEN, SPREAD))


def tolerance_of(weights: Path) -> float:
    """Return the largest relative difference between two engines' features of a network.

    Args:
        weights: folder that ``dump_weights`` made.
    """
    return tolerance(float(json.loads((weights / SPREAD).read_bytes())["spread"]))


def package_versions() -> dict[str, str]:
    """Return the versions of the packages that a dump depends on."""
    return {name: importlib.metadata.version(name) for name in _PACKAGES}
