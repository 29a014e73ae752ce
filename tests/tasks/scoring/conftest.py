"""A trained model of the tiny network, and scorings of pictures that a test names."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.run_files import METRICS
from tasks.models.export import ARRAYS
from tasks.params.scoring import ScoreConfig
from tasks.runs.metrics import METRICS as METRICS_FILE
from tasks.scoring.record import ScoreRecord
from tasks.scoring.score import score_pictures
from tasks.spark.cluster import Cluster
from tasks.storage.artifact import build
from tasks.storage.locations import Location
from tasks.storage.paths import Home

CLASS_NAMES = ("daisy", "with, comma\nand line", "tülip")

Score = Callable[..., ScoreRecord]


@pytest.fixture(scope="session")
def trained(tiny_dump: Path, graft_home: Home) -> str:
    """Digest of a model of the tiny network with a random head."""
    described = json.loads((tiny_dump / "pipeline.json").read_text())
    rng = np.random.default_rng(5)
    width = described["feature_size"]

    def make(folder: Path) -> None:
        np.savez(
            folder / ARRAYS,
            weight=rng.normal(size=(len(CLASS_NAMES), width)).astype(np.float32),
            bias=rng.normal(size=len(CLASS_NAMES)).astype(np.float32),
            class_names=np.array(CLASS_NAMES),
        )
        dumps = dict.fromkeys(("train", "validation"), str(tiny_dump))
        metrics = {**METRICS, "class_names": CLASS_NAMES, "dumps": dumps}
        (folder / METRICS_FILE).write_text(json.dumps(metrics))

    return build(graft_home.models, {"of": "the tests of scoring"}, make).digest


@pytest.fixture
def score(cluster: Cluster, graft_home: Home, trained: str) -> Score:
    """Score pictures with that model."""

    def score(pictures: Location | str, scores: Location | None = None, **more: Any) -> ScoreRecord:
        given = {"model": trained, "scores_url": scores and str(scores), **more}
        config = ScoreConfig(pictures_url=str(pictures), **given)
        return score_pictures(cluster, config, graft_home, "a run")

    return score
