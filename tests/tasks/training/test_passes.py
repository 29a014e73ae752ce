from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from tasks.features.bridge import Bridge
from tasks.training.logistic_regression import Coefficients, sums
from tasks.training.passes import Block, MemoryPasses, SparkPasses, cut, weighting

RECORDS, SIZE, CLASSES = 1100, 4, 3
RANDOM = np.random.default_rng(3)
BLOCK = Block(
    RANDOM.normal(size=(RECORDS, SIZE)).astype(np.float32),
    RANDOM.integers(0, CLASSES, RECORDS).astype(np.int32),
    RANDOM.integers(0, 2, RECORDS),
)
COUNTS = np.zeros((2, CLASSES), np.int64)
np.add.at(COUNTS, (BLOCK.fold, BLOCK.label), 1)
CLASS_WEIGHT = np.array([1.0, 2.0, 0.5])


def test_weights_of_records_sum_to_one_and_leave_a_fold_out() -> None:
    weight = weighting(COUNTS, CLASS_WEIGHT, [0, 1, -1]).of(BLOCK)
    np.testing.assert_allclose(weight.sum(axis=0), 1, rtol=1e-5)
    for model in (0, 1):
        np.testing.assert_array_equal(weight[:, model] == 0, BLOCK.fold == model)
    assert (weight[:, 2] > 0).all()
    ratio = weight[BLOCK.label == 1, 2][0] / weight[BLOCK.label == 2, 2][0]
    np.testing.assert_allclose(ratio, 4)


def test_blocks_are_small_and_hold_all_records() -> None:
    blocks = list(cut(BLOCK))
    assert len(blocks) > 1
    joined = np.concatenate([block.features for block in blocks])
    np.testing.assert_array_equal(joined, BLOCK.features)
    assert sum(len(block.label) for block in blocks) == RECORDS


def test_a_pass_sums_all_blocks_and_answers_by_the_other_folds() -> None:
    weights = weighting(COUNTS, CLASS_WEIGHT, [0, 1])
    at = Coefficients(RANDOM.normal(size=(2, CLASSES, SIZE)), RANDOM.normal(size=(2, CLASSES)))
    with ThreadPoolExecutor(2) as pool:
        passes = MemoryPasses(list(cut(BLOCK)), pool)
        found, answers = passes.sums(weights, at), passes.answers(weights, at)
    whole = sums(BLOCK.features, BLOCK.label, weights.of(BLOCK), at)
    np.testing.assert_allclose(found.loss, whole.loss, rtol=1e-5)
    np.testing.assert_allclose(found.weight, whole.weight, atol=1e-5)
    for model in (0, 1):
        rows = BLOCK.fold == model
        expected = BLOCK.features[rows] @ at.weight[model].T + at.bias[model]
        np.testing.assert_allclose(answers[rows], expected, atol=1e-4)


def test_passes_on_executors_leave_nothing_behind(bridge: Bridge) -> None:
    """The coefficients of hundreds of passes would fill a disk."""
    blocks = bridge.spark.parallelize(list(cut(BLOCK)), 2)
    weights = weighting(COUNTS, CLASS_WEIGHT, [0, 1])
    at = Coefficients(RANDOM.normal(size=(2, CLASSES, SIZE)), RANDOM.normal(size=(2, CLASSES)))
    folder = Path(bridge.spark._temp_dir)
    before = set(folder.iterdir())
    passes = SparkPasses(blocks)
    found = passes.sums(weights, at)
    passes.answers(weights, at)
    whole = sums(BLOCK.features, BLOCK.label, weights.of(BLOCK), at)
    np.testing.assert_allclose(found.loss, whole.loss, rtol=1e-5)
    assert set(folder.iterdir()) <= before
