"""A home of two runs whose models are exported and registered, to be logged to MLflow."""

import shutil
from pathlib import Path

from support.trained import Model, write_trained
from tasks.params.promotion import PromotionParams
from tasks.registry.champion import FLOWERS
from tasks.registry.promote import promote_run
from tasks.runs.record import record_step
from tasks.storage.artifact import build
from tasks.storage.local_files import write_text
from tasks.storage.paths import Home


def write_home(root: Path, saved_model: Path) -> Home:
    """Write the runs ``good``, which is the champion, and ``bad``.

    Args:
        root: where to.
        saved_model: folder of their exports' SavedModel.
    """
    home = Home(root)
    for run_id, right in (("good", 30), ("bad", 10)):
        write_trained(home, Model(run_id, [True] * right + [False] * (40 - right)))
        export = _export(home, run_id, saved_model)
        record_step(home, run_id, "export_model", {"path": str(export), "digest": export.name})
        write_text(home.report(run_id), "<p>report</p>")
        promote_run(home, FLOWERS, run_id, PromotionParams(), who="a run")
    return home


def _export(home: Home, run_id: str, saved_model: Path) -> Path:
    def make(folder: Path) -> None:
        shutil.copytree(saved_model, folder / "1")
        write_text(folder / "README.md", f"# The model of {run_id}\n")

    return build(home.exports, {"of": run_id}, make).path
