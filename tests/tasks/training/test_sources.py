from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from support.features import features_of, write_parts
from tasks.features.bridge import Bridge
from tasks.features.store import Features, feature_contents
from tasks.models.head import FloatArray
from tasks.training.folds import fold_of
from tasks.training.logistic_regression import Coefficients, DoubleArray
from tasks.training.passes import Block, weighting
from tasks.training.sources import MemorySource, Source, SparkSource

RECORDS, SIZE = 1500, 3


def test_records_are_the_same_in_memory_and_in_spark(bridge: Bridge, tmp_path: Path) -> None:
    random = np.random.default_rng(9)
    feature = random.normal(size=(RECORDS, SIZE)).astype(np.float32)
    features = features_of(feature, random.integers(0, 2, RECORDS))
    write_parts(features, tmp_path)
    with ThreadPoolExecutor(2) as pool:
        memory = MemorySource(features, pool)
        spark = SparkSource(feature_contents(bridge, tmp_path, 2))
        for source in (memory, spark):
            total = source.total(lambda part: part.feature.sum(axis=0, dtype=np.float64))
            np.testing.assert_allclose(total, feature.sum(axis=0, dtype=np.float64))
        ours, theirs = (answers(source, features) for source in (memory, spark))
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-5, atol=1e-6)


def answers(source: Source, features: Features) -> tuple[DoubleArray, FloatArray]:
    """Return gradient and out-of-fold answers of two models at some point."""
    kept = source.keep(lambda part: Block(part.feature, part.label, fold_of(part.digest, 2)))
    np.testing.assert_array_equal(kept.label, features.label)
    np.testing.assert_array_equal(kept.fold, fold_of(features.digest, 2))
    counts = np.zeros((2, 2), np.int64)
    np.add.at(counts, (kept.fold, kept.label), 1)
    weights = weighting(counts, np.ones(2), [0, 1])
    weight = np.random.default_rng(1).normal(size=(2, 2, SIZE))
    at = Coefficients(weight, np.zeros((2, 2)))
    found = kept.passes.sums(weights, at).weight, kept.passes.answers(weights, at)
    kept.passes.forget()
    return found
