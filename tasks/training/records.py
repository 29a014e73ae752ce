"""Records of a training where its optimiser takes them: in the driver's memory, or in Spark's."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tasks.datasets.pair import Pair
from tasks.evaluation.held_out import HeldOut
from tasks.features.bridge import Bridge
from tasks.features.feature_set import FeatureSource
from tasks.features.store import Features, feature_contents, load_features, read_features
from tasks.models.head import FloatArray, Head, Scaling
from tasks.params.definitions import JobConfig
from tasks.runs.training_record import Plan
from tasks.training.methods import Descent
from tasks.training.optimizers import distributed_optimizer, local_optimizer, training_partitions
from tasks.training.plan import LOCAL_OPTIMIZER
from tasks.training.samples import Read
from tasks.training.set_aside import read_set_aside, read_trained_on, set_aside, trained_on

#: Records of every class, ``[classes]``: of those trained on, and of those set aside.
Counts = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


class Records(Protocol):
    """Records of a training, of which a part may be set aside."""

    def counts(self, class_count: int) -> Counts:
        """Return the number of records of every class."""

    def optimizer(
        self, model: Any, config: JobConfig, plan: Plan, descent: Descent
    ) -> tuple[Any, Scaling | None]:
        """Return BigDL's optimiser, and the scaling that it trains with."""

    def held_out(self, scaling: Scaling | None, weights: FloatArray) -> Any:
        """Return the records set aside, scaled, as the JVM's ``HeldOut``."""

    def logits(self, head: Head) -> HeldOut:
        """Return what a head on raw features answers for the records set aside."""


def records_of(
    bridge: Bridge, features: Pair[FeatureSource], plan: Plan, *, with_part_aside: bool
) -> Records:
    """Return the records of a training.

    Args:
        bridge: the bridge to the JVM.
        features: artefacts of the features.
        plan: where the optimiser takes them.
        with_part_aside: set a part of the training records aside.
    """
    if plan.optimizer == LOCAL_OPTIMIZER:
        loaded = features.map(lambda path: load_features(bridge, path))
        return LocalRecords(bridge, loaded, with_part_aside)
    return DistributedRecords(bridge, features, with_part_aside)


@dataclass(frozen=True)
class LocalRecords:
    """Records in the driver's memory."""

    bridge: Bridge
    features: Pair[Features]
    with_part_aside: bool

    @cached_property
    def _parts(self) -> tuple[Features, Features]:
        train = self.features.train
        if self.with_part_aside:
            return trained_on(train), set_aside(train)
        return train, train.take(np.arange(0))

    def counts(self, class_count: int) -> Counts:
        """Return the number of records of every class."""
        first, second = (np.bincount(part.label, minlength=class_count) for part in self._parts)
        return first, second

    def optimizer(
        self, model: Any, config: JobConfig, plan: Plan, descent: Descent
    ) -> tuple[Any, Scaling | None]:
        """Return BigDL's optimiser, and the scaling that it trains with."""
        features = Pair(self._parts[0], self.features.validation)
        return local_optimizer(features, model, config, plan, descent)

    def held_out(self, scaling: Scaling | None, weights: FloatArray) -> Any:
        """Return the records set aside, scaled, as the JVM's ``HeldOut``."""
        scala = self.bridge.scala
        part = scala.HeldOutPart.of(*map(bytearray, _encoded(self._parts[1], scaling)))
        return scala.LocalHeldOut(part, java_doubles(self.bridge.spark, weights.tolist()))

    def logits(self, head: Head) -> HeldOut:
        """Return what a head on raw features answers for the records set aside."""
        return HeldOut(*_answered(self._parts[1], head))


@dataclass(frozen=True)
class DistributedRecords:
    """Records that the executors read from files of features."""

    bridge: Bridge
    features: Pair[FeatureSource]
    with_part_aside: bool

    def counts(self, class_count: int) -> Counts:
        """Return the number of records of every class."""
        if not self.with_part_aside:
            return self._count(read_features, class_count), np.zeros(class_count, np.int64)
        return self._count(read_trained_on, class_count), self._count(read_set_aside, class_count)

    def optimizer(
        self, model: Any, config: JobConfig, plan: Plan, descent: Descent
    ) -> tuple[Any, Scaling | None]:
        """Return BigDL's optimiser, and the scaling that it trains with."""
        files = Pair(
            self._files(training_partitions(plan)),
            feature_contents(self.bridge, self.features.validation, plan.cores),
        )
        read = read_trained_on if self.with_part_aside else read_features
        return distributed_optimizer(files, model, config, plan, descent, read=read)

    def held_out(self, scaling: Scaling | None, weights: FloatArray) -> Any:
        """Return the records set aside, scaled, as the JVM's ``HeldOut``."""
        from bigdl.dllib.utils.common import _to_java_object_rdd

        def encoded(file: bytes) -> tuple[bytes, bytes]:
            return _encoded(read_set_aside(file), scaling)

        parts = _to_java_object_rdd(self._files().map(encoded))
        doubles = java_doubles(self.bridge.spark, weights.tolist())
        return self.bridge.scala.DistributedHeldOut(parts, doubles)

    def logits(self, head: Head) -> HeldOut:
        """Return what a head on raw features answers for the records set aside."""

        def answered(file: bytes) -> tuple[FloatArray, npt.NDArray[np.int64]]:
            return _answered(read_set_aside(file), head)

        logits, label = zip(*self._files().map(answered).collect(), strict=True)
        return HeldOut(np.concatenate(logits), np.concatenate(label))

    def _files(self, partitions: int | None = None) -> Any:
        return feature_contents(self.bridge, self.features.train, partitions)

    def _count(self, read: Read, class_count: int) -> npt.NDArray[np.int64]:
        def count(file: bytes) -> npt.NDArray[np.int64]:
            return np.bincount(read(file).label, minlength=class_count)

        counts: npt.NDArray[np.int64] = self._files().map(count).reduce(np.add)
        return counts


def java_doubles(spark: Any, values: Sequence[float]) -> Any:
    """Return numbers as an array of the JVM."""
    array = spark._gateway.new_array(spark._jvm.double, len(values))
    for i, value in enumerate(values):
        array[i] = value
    return array


def _encoded(features: Features, scaling: Scaling | None) -> tuple[bytes, bytes]:
    """Return features and labels as the JVM's ``HeldOutPart`` reads them."""
    feature = scaling(features.feature) if scaling else features.feature
    return feature.astype("<f4").tobytes(), features.label.astype("<i4").tobytes()


def _answered(features: Features, head: Head) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    return head.logits(features.feature), features.label.astype(np.int64)
