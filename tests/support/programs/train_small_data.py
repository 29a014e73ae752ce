"""A Spark job that trains on features artefacts of few records with a cluster's optimiser.

Arguments: a folder to work in, the features of validation, those of training of every training.
Prints a line for each training: batch size, and records and validation records of its epochs.
"""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq

from tasks.datasets.pair import Pair
from tasks.features.bridge import Bridge
from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.spark.cluster import Cluster, spark_cluster
from tasks.storage.locations import Location
from tasks.training.plan import plan_training
from tasks.training.train import train
from tasks.training.trained import TrainingTask

CONFIG = parse(JobConfig, {"train_dump": "t", "validation_dump": "v", "epochs": 2})


def train_on(cluster: Cluster, features: Pair[Location], folder: Path) -> str:
    """Plan and train as the job does, and return the line."""
    tables = features.map(lambda path: [pq.read_table(file) for file in Path(str(path)).iterdir()])
    records = tables.map(lambda parts: sum(part.num_rows for part in parts))
    size = len(tables.train[0]["feature"][0])
    dumps: Any = records.map(lambda count: SimpleNamespace(records=count, feature_size=size))
    plan = plan_training(CONFIG, dumps, cluster)
    trained = train(
        TrainingTask(
            Bridge(cluster.context),
            features,
            class_count=2,
            feature_size=size,
            config=CONFIG,
            plan=plan,
            folder=folder,
        )
    )
    epochs = [f"{epoch.records}/{epoch.total}, {epoch.count}" for epoch in trained.epochs]
    return f"{records.train}: {plan.optimizer} {plan.batch_size}: {'; '.join(epochs)}"


def main() -> None:
    folder, validation, *training = map(Path, sys.argv[1:])
    with spark_cluster("train on small data") as cluster:
        for number, path in enumerate(training):
            print(train_on(cluster, Pair(path, validation), folder / str(number)))


main()
