"""Folders of models and dumps, as far as the search for a model reads them."""

import json
from pathlib import Path
from typing import Any

from support.graphs import small_graph
from tasks.datasets.pair import Pair
from tasks.models.recipe import MODEL_FORMAT
from tasks.params.definitions import RunParams
from tasks.storage.manifest import Manifest
from tasks.storage.paths import Home

#: Digests of the dumps.
DUMPS = Pair("dump-train", "dump-validation")


def write_dumps(home: Home, *more: str) -> None:
    """Write the dumps, and others of more digests."""
    for dump in [*DUMPS, *more]:
        (home.dumps / dump).mkdir(parents=True)
        description = {"digests": {"dataset": "d", "graph": dump}, "preprocessing": {"size": 4}}
        (home.dumps / dump / "pipeline.json").write_text(json.dumps(description))
        (home.dumps / dump / "model.pb").write_bytes(small_graph())


def write_model(
    home: Home,
    metrics: dict[str, Any],
    name: str,
    finished_at: str = "2026-01-02",
    *,
    plan: dict[str, Any] | None = None,
    **config: Any,
) -> None:
    """Write a model that was trained on the dumps.

    Args:
        home: where.
        metrics: content of a metrics.json, of which most is kept.
        name: of the model's folder.
        finished_at: end of the training.
        plan: of the training, where it is not that of the metrics.
        config: params of the training.
    """
    metrics = {
        **metrics,
        "top1": 0.5,
        "finished_at": finished_at,
        "digests": {split: {"dataset": "d", "graph": dump} for split, dump in DUMPS.items()},
        "plan": {**metrics["plan"], **(plan or {})},
        "config": {
            **RunParams(feature_engine="bigdl").model_dump(mode="json"),
            "max_local_mib": 1024,
            **config,
        },
    }
    folder = home.models / name
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text(json.dumps(metrics))
    files = {"metrics.json": (folder / "metrics.json").stat().st_size}
    write_manifest(folder, {"format": MODEL_FORMAT}, files)


def write_manifest(folder: Path, recipe: dict[str, Any], files: dict[str, int]) -> None:
    """Write a manifest as older versions did, without digests."""
    (folder / "artifact.json").write_text(Manifest(recipe, files, {}, 1.0).as_json())
