"""Places where a training to the optimum runs: the driver's memory, or Spark's executors."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from tasks.datasets.pair import Pair
from tasks.features.bridge import Bridge
from tasks.features.feature_set import FeatureSource
from tasks.features.store import Features, feature_contents, load_features
from tasks.models.head import Head
from tasks.runs.training_record import Plan
from tasks.training.bigdl_accuracy import Right, top1_in_memory, top1_in_spark
from tasks.training.plan import LOCAL_SOLVER
from tasks.training.sources import MemorySource, Source, SparkSource


class Place(Protocol):
    """Records of both splits where a training runs."""

    @property
    def train(self) -> Source:
        """Features of the training records."""

    def right(self, head: Head) -> Right:
        """Return how many validation records a head is right on."""

    def measure(self, model: Any) -> Right:
        """Return how many validation records BigDL's model is right on."""


@dataclass(frozen=True)
class Memory:
    """Records in the driver's memory."""

    bridge: Bridge
    train: MemorySource
    validation: Features

    def right(self, head: Head) -> Right:
        """Return how many validation records a head is right on."""
        return Right(_right(self.validation, head), len(self.validation.label))

    def measure(self, model: Any) -> Right:
        """Return how many validation records BigDL's model is right on."""
        return top1_in_memory(self.bridge, model, self.validation)


@dataclass(frozen=True)
class Executors:
    """Records that the executors read from files of features."""

    train: SparkSource
    validation: SparkSource
    batch_size: int

    def right(self, head: Head) -> Right:
        """Return how many validation records a head is right on."""
        correct, count = self.validation.total(
            lambda part: np.array([_right(part, head), len(part.label)])
        )
        return Right(int(correct), int(count))

    def measure(self, model: Any) -> Right:
        """Return how many validation records BigDL's model is right on."""
        return top1_in_spark(model, self.validation.contents, self.batch_size)


@contextmanager
def place_of(bridge: Bridge, features: Pair[FeatureSource], plan: Plan) -> Iterator[Place]:
    """Yield the records of both splits, where the plan has the training.

    Args:
        bridge: the bridge to the JVM.
        features: artefacts of the features.
        plan: of the training.
    """
    if plan.optimizer == LOCAL_SOLVER:
        loaded = features.map(lambda path: load_features(bridge, path))
        with _threads(plan.cores) as pool:
            yield Memory(bridge, MemorySource(loaded.train, pool), loaded.validation)
        return
    train, validation = features.map(
        lambda path: SparkSource(feature_contents(bridge, path, plan.cores))
    )
    yield Executors(train, validation, plan.cores)


@contextmanager
def _threads(cores: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of a thread for each core, within which BLAS has one thread for each call.

    Records are shared out to threads in blocks. A BLAS that shares out each of its products, too,
    waits for its own threads longer than it computes as soon as the cores have other work.
    """
    # SciPy's own BLAS has to be there to be bound.
    import scipy.linalg  # noqa: F401 - imported for its BLAS
    from threadpoolctl import threadpool_limits

    with ThreadPoolExecutor(cores) as pool, threadpool_limits(1, "blas"):
        yield pool


def _right(part: Features, head: Head) -> int:
    return int((head.logits(part.feature).argmax(axis=1) == part.label).sum())
