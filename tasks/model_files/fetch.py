"""Makes the artefact of a model's file: a network's graph, its weights and its description."""

import logging
import tempfile
from dataclasses import asdict
from pathlib import Path

from tasks.model_files.child import run_child
from tasks.model_files.network import GRAPH, NETWORK_JSON, read_network
from tasks.model_files.options import Options
from tasks.networks.checkpoint import CHECKPOINT_JSON
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.proof import require_content

logger = logging.getLogger(__name__)

# Part of the recipe: raising it converts every model again.
_LAYOUT = 1


def fetch_model(given: Path, sha256: str, options: Options, checkpoints: Path) -> LocalArtifact:
    """Convert a model to a network below ``checkpoints``, where ``read_network`` finds it.

    Args:
        given: a model's file, an archive of one, or a folder with a SavedModel.
        sha256: its digest, a part of the artefact's name.
        options: what the user says of the model.
        checkpoints: where checkpoints live.

    Raises:
        DataError: it is no model, or its network cannot be used.
        ParamsError: what the user says of it does not fit.
    """

    def make(folder: Path) -> None:
        if given.is_file():
            require_content(given, sha256)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".") as scratch:
            run_child(given, Path(scratch), folder, options)

    recipe = {"file": sha256, **asdict(options), "layout": _LAYOUT}
    made = build(checkpoints, recipe, make, needs=(GRAPH, NETWORK_JSON, CHECKPOINT_JSON))
    network = read_network(made.path)
    logger.info(
        "%s: %d features of pictures of %d x %d pixels",
        *(network.name, network.feature_size, network.image_size, network.image_size),
    )
    return made
