"""Making of a model's files: features, parity check, training, predictions, export and metrics."""

import importlib.metadata
import logging
import platform
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasks.datasets.exclude_list import ExcludeList
from tasks.datasets.pair import Pair
from tasks.dumps.description import Dump, dump_of_test
from tasks.evaluation.record import EvaluationRecord
from tasks.features.bridge import Bridge
from tasks.features.checked import CheckedExtraction
from tasks.features.extraction import extract_features
from tasks.features.feature_set import FeatureSet
from tasks.models.export import ARRAYS, BIGDL, export_head
from tasks.models.predictions import PARQUET, TEST_PARQUET, write_predictions
from tasks.params.definitions import JobConfig
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.exclusion_record import EXCLUDED
from tasks.runs.metrics import METRICS, Measurement, Metrics
from tasks.runs.training_record import Plan
from tasks.spark.cluster import Cluster
from tasks.spark.executors import wait_for_executors
from tasks.storage.artifact import Artifact
from tasks.storage.local_files import write_json
from tasks.storage.paths import Home
from tasks.training.calibration import calibrate
from tasks.training.excluding import Kept, keep, write_excluded
from tasks.training.measurement import measure_test, warn_of_difference
from tasks.training.optimizer_log import OPTIMIZER_LOG
from tasks.training.plan import plan_training
from tasks.training.stages import Stages
from tasks.training.train import train
from tasks.training.trained import Trained, TrainingTask

logger = logging.getLogger(__name__)

#: Files of every model.
MODEL_FILES = (METRICS, PARQUET, ARRAYS, BIGDL, OPTIMIZER_LOG)
_PACKAGES = ("pyspark", "bigdl-dllib-spark3", "tensorflow-cpu", "numpy", "scipy", "pyarrow")


def model_files(dumps: Pair[Dump], exclude: ExcludeList | None = None) -> tuple[str, ...]:
    """Return the names of the files of a model that is trained on these dumps.

    Args:
        dumps: of both splits.
        exclude: the list of records to leave out, None without one.
    """
    test = (TEST_PARQUET,) if dump_of_test(dumps.validation) else ()
    return (*MODEL_FILES, *test, *((EXCLUDED,) if exclude else ()))


@dataclass(frozen=True)
class ModelMaker:
    """Makes a model on a started cluster.

    Attributes:
        config: params of the job, ``feature_engine`` as the engine that runs.
        home: where features and results of parity checks are.
        dumps: the dumps, which go together.
        cluster: runs it.
        plan: optimiser, batch size and cores.
        stages: gets the time of every stage.
        exclude: the list of records to leave out, None without one.
    """

    config: JobConfig
    home: Home
    dumps: Pair[Dump]
    cluster: Cluster
    plan: Plan
    stages: Stages
    exclude: ExcludeList | None = None

    def make(self, snapshots: Path, folder: Path) -> None:
        """Extract features, train, predict and export into an empty folder.

        Args:
            snapshots: snapshots of an earlier try that was killed, and of this one.
            folder: gets the model's files.
        """
        bridge = Bridge(self.cluster.context)
        with self.stages.timed("features"):
            check = self._start_check(bridge)
            features, test_features = self._extract(bridge, check)
        with self.stages.timed("parity"):
            parity = check.parity().as_json() if check else None
        kept = keep(bridge, self.dumps, features=features, test=test_features, entries=self.exclude)
        if kept.exclusion:
            write_excluded(kept.exclusion, folder / EXCLUDED)
        maker = self._planned_for(kept)
        # An executor that was lost during the extraction may be back by now.
        wait_for_executors(bridge.spark, self.cluster.executors)
        with self.stages.timed("training"):
            trained = maker._train(bridge, kept.features, snapshots)
            shutil.copyfile(snapshots / OPTIMIZER_LOG, folder / OPTIMIZER_LOG)
        with self.stages.timed("export"):
            evaluation = maker._export(bridge, trained, kept.features.validation, folder)
        warn_of_difference(evaluation.top1, trained.kept_epoch)
        test = None
        if test_features and kept.test:
            with self.stages.timed("test"):
                test = measure_test(
                    bridge,
                    features=test_features,
                    source=kept.test,
                    head=trained.head,
                    class_names=self.dumps.train.class_names,
                    path=folder / TEST_PARQUET,
                )
        metrics = maker._metrics(features, parity, trained, evaluation, test)
        metrics = replace(metrics, excluded=kept.record)
        write_json(folder / METRICS, metrics.as_json())

    def _planned_for(self, kept: Kept) -> "ModelMaker":
        """Return the maker for the records that stay: they decide batch and optimiser."""
        if not kept.record:
            return self
        logger.info("%s", kept.record.sentence())
        plan = plan_training(self.config, kept.dumps, self.cluster)
        return replace(self, dumps=kept.dumps, plan=plan)

    def _start_check(self, bridge: Bridge) -> CheckedExtraction | None:
        if not self.config.parity_records:
            return None
        return CheckedExtraction(
            bridge,
            self.config.feature_engine,
            self.home,
            checked=self.dumps.validation,
            records=self.config.parity_records,
        )

    def _extract(
        self, bridge: Bridge, check: CheckedExtraction | None
    ) -> tuple[Pair[Artifact], Artifact | None]:
        """Return the features to train and to measure on, and those of the test records."""
        test = dump_of_test(self.dumps.validation)
        dumps = [*self.dumps, *([test] if test else [])]
        if check:
            made = check.features(dumps)
        else:
            made = extract_features(bridge, dumps, self.config.feature_engine, self.home)
        return Pair(made[0], made[1]), made[2] if test else None

    def _train(self, bridge: Bridge, features: Pair[FeatureSet], snapshots: Path) -> Trained:
        task = TrainingTask(
            bridge,
            features,
            class_count=len(self.dumps.train.class_names),
            feature_size=self.dumps.train.feature_size,
            config=self.config,
            plan=self.plan,
            folder=snapshots,
        )
        trained = train(task)
        return calibrate(trained, wanted=self.config.calibrate)

    def _export(
        self, bridge: Bridge, trained: Trained, features: FeatureSet, folder: Path
    ) -> EvaluationRecord:
        """Write head and predictions; return the evaluation of the exported head."""
        spark, class_names = bridge.spark, self.dumps.train.class_names
        # One waits for Python workers, the other for the JVM.
        with ThreadPoolExecutor() as pool:
            exported = pool.submit(export_head, spark, trained.head, class_names, folder)
            evaluation = write_predictions(
                bridge,
                features=features,
                head=trained.head,
                class_names=class_names,
                path=folder / PARQUET,
            )
            exported.result()
        return evaluation

    def _metrics(
        self,
        features: Pair[Artifact],
        parity: dict[str, Any] | None,
        trained: Trained,
        evaluation: EvaluationRecord,
        test: Measurement | None,
    ) -> Metrics:
        return Metrics(
            top1=evaluation.top1,
            epochs=tuple(trained.epochs),
            kept_epoch=trained.kept,
            sweep=trained.sweep,
            resumed_after_epochs=tuple(trained.resumed_after),
            stages=self.stages.seconds,
            records=self.dumps.map(lambda dump: dump.records),
            class_names=self.dumps.train.class_names,
            network=self.dumps.train.network,
            config=self.config.model_dump(mode="json"),
            plan=self.plan,
            dumps=self.dumps.map(lambda dump: str(dump.path)),
            features=features.map(lambda artifact: ArtifactRecord(**artifact.as_dict())),
            parity=parity,
            digests=self.dumps.map(lambda dump: dump.digests),
            versions={name: importlib.metadata.version(name) for name in _PACKAGES},
            python=platform.python_version(),
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
            test=test,
            evaluation=evaluation,
            calibration=trained.calibration,
        )
