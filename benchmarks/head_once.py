"""Heads on the features of one network, in one Spark job."""

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.pyspark_head import train_pyspark
from tasks.datasets.pair import Pair
from tasks.features.bridge import Bridge
from tasks.features.store import Features, feature_files, read_features
from tasks.models.head import Head
from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.runs.training_record import Plan
from tasks.spark.cluster import Cluster, spark_cluster
from tasks.training.plan import (
    DISTRIBUTED_OPTIMIZER,
    DISTRIBUTED_SOLVER,
    LOCAL_OPTIMIZER,
    LOCAL_SOLVER,
)
from tasks.training.train import train
from tasks.training.trained import TrainingTask

Split = Pair[Features]
Figures = dict[str, dict[str, list[float]]]

_VALIDATION = 350
_FILES = 8
_RARE = 0.05
_DISTRIBUTED_BATCH = 128


def main() -> None:
    """Print the figures as JSON, in a line of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("features", type=Path, nargs=2)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--distributed", action="store_true")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    files = [file for folder in options.features for file in feature_files(folder)]
    features = read_features(*files)
    figures: Figures = {}
    with spark_cluster("heads") as cluster, tempfile.TemporaryDirectory() as name:
        heads = _Heads(Bridge(cluster.context), cluster, Path(name), figures)
        # The first training of a JVM and the first import of SciPy are slower.
        heads.warm_up(split(features, 0))
        if options.distributed:
            heads.distributed(split(features, 1))
        else:
            for seed in range(1, options.seeds + 1):
                heads.compare(split(features, seed), seed)
    sys.stdout.write(f"\n{json.dumps(figures)}\n")


def split(features: Features, seed: int) -> Split:
    """Return a random split, with the classes' shares of all records in both parts."""
    from sklearn.model_selection import train_test_split

    rows = np.arange(len(features.label))
    parts = train_test_split(
        rows, test_size=_VALIDATION, random_state=seed, stratify=features.label
    )
    return Pair(*(features.take(np.sort(part)) for part in parts))


def unbalanced(features: Features, seed: int) -> Features:
    """Return the records without most of those of every second class."""
    chance = np.random.default_rng(seed).random(len(features.label))
    return features.take(np.flatnonzero((features.label % 2 == 1) | (chance < _RARE)))


@dataclass(frozen=True)
class _Heads:
    """Trains heads and notes their figures."""

    bridge: Bridge
    cluster: Cluster
    folder: Path
    figures: Figures

    def warm_up(self, records: Split) -> None:
        folders = self._write(records, "warm")
        for optimizer, params in ((LOCAL_SOLVER, {}), (LOCAL_OPTIMIZER, {"epochs": 2})):
            self._train(optimizer, folders, params)

    def compare(self, records: Split, seed: int) -> None:
        """Compare heads in memory."""
        validation, folders = records.validation, self._write(records, str(seed))
        original = {"recipe": "original", "seed": seed}
        self._note("original recipe", validation, self._of(LOCAL_OPTIMIZER, folders, original))
        self._note("Graft's default", validation, self._of(LOCAL_SOLVER, folders, {}))
        self._note("LogisticRegression", validation, lambda: _sklearn(records.train, "one"))
        self._note("LogisticRegressionCV", validation, lambda: _sklearn(records.train, "cv"))
        cut = Pair(unbalanced(records.train, seed), validation)
        folders = self._write(cut, f"{seed} cut")
        for kind in ("none", "balanced"):
            find = self._of(LOCAL_SOLVER, folders, {"class_weights": kind})
            self._note(f"unbalanced cut, class_weights {kind}", validation, find)

    def distributed(self, records: Split) -> None:
        """Compare what trains on Spark."""
        folders = self._write(records, "distributed")
        for name, optimizer, params in (
            ("BigDL's DistriOptimizer, RMSprop", DISTRIBUTED_OPTIMIZER, {"tune": False}),
            ("L-BFGS on Spark, sweep", DISTRIBUTED_SOLVER, {}),
            ("L-BFGS on Spark, l2 0.1", DISTRIBUTED_SOLVER, {"l2": 0.1}),
        ):
            self._note(name, records.validation, self._of(optimizer, folders, params))
        for name, sweep in (("pyspark.ml, regParam 0.1", False), ("pyspark.ml, sweep", True)):
            find = partial(train_pyspark, self.bridge, folders.train, sweep=sweep)
            self._note(name, records.validation, find)

    def _note(self, name: str, validation: Features, find: Callable[[], Head]) -> None:
        started = time.monotonic()
        head = find()
        seconds = time.monotonic() - started
        right = head.logits(validation.feature).argmax(axis=1) == validation.label
        recall = [right[validation.label == label].mean() for label in np.unique(validation.label)]
        figures = {
            "top1": float(right.mean()),
            "macro_recall": float(np.mean(recall)),
            "seconds": seconds,
        }
        noted = self.figures.setdefault(name, {})
        for key, value in figures.items():
            noted.setdefault(key, []).append(value)

    def _of(
        self, optimizer: str, folders: Pair[Path], params: Mapping[str, Any]
    ) -> Callable[[], Head]:
        return lambda: self._train(optimizer, folders, params)

    def _train(self, optimizer: str, folders: Pair[Path], params: Mapping[str, Any]) -> Head:
        batch = 16 if optimizer == LOCAL_OPTIMIZER else _DISTRIBUTED_BATCH
        records = len(read_features(*feature_files(folders.train)).label)
        plan = Plan(
            optimizer=optimizer,
            batch_size=batch,
            cores=self.cluster.cores,
            steps_per_epoch=-(-records // batch),
            master=self.cluster.master,
        )
        given = {"train_dump": "t", "validation_dump": "v", **params}
        size = read_features(feature_files(folders.train)[0]).feature.shape[1]
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            return train(
                TrainingTask(
                    self.bridge,
                    folders,
                    class_count=5,
                    feature_size=size,
                    config=parse(JobConfig, given).resolved(),
                    plan=plan,
                    folder=Path(folder) / "snapshots",
                )
            ).head

    def _write(self, records: Split, name: str) -> Pair[Path]:
        folders = Pair(self.folder / f"{name} train", self.folder / f"{name} validation")
        for features, folder in zip(records, folders, strict=True):
            folder.mkdir()
            for part in np.array_split(np.arange(len(features.label)), _FILES):
                pq.write_table(_table(features.take(part)), folder / f"{part[0]:05}.parquet")
        return folders


def _table(features: Features) -> pa.Table:
    columns = {
        "label": features.label,
        "digest": [text.decode() for text in features.digest],
        "feature": pa.array(list(features.feature), pa.list_(pa.float32())),
    }
    return pa.table(columns)


def _sklearn(features: Features, kind: str) -> Head:
    from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
    from threadpoolctl import threadpool_limits

    model = (
        LogisticRegression(max_iter=200)
        if kind == "one"
        else LogisticRegressionCV(Cs=10, cv=5, max_iter=100)
    )
    with threadpool_limits(os.cpu_count() or 1):
        model.fit(features.feature, features.label)
    weight: npt.NDArray[np.float32] = model.coef_.astype(np.float32)
    return Head(weight, model.intercept_.astype(np.float32))


if __name__ == "__main__":
    main()
