"""Parts of the training records: stable, even, and the same for equal pictures."""

import hashlib

import numpy as np
import numpy.typing as npt

from tasks.training.folds import fold_of


def digests(count: int) -> npt.NDArray[np.bytes_]:
    return np.array([hashlib.sha256(b"%d" % i).hexdigest() for i in range(count)], np.bytes_)


def test_a_part_does_not_depend_on_other_records() -> None:
    all_of_them = digests(100)
    parts = fold_of(all_of_them, 5)
    order = np.random.default_rng(1).permutation(100)[:60]
    np.testing.assert_array_equal(fold_of(all_of_them[order], 5), parts[order])


def test_parts_are_even() -> None:
    counts = np.bincount(fold_of(digests(10_000), 5), minlength=5)
    # Six deviations of a binomial distribution of 10,000 draws at 1/5.
    assert abs(counts - 2000).max() < 6 * 40


def test_equal_pictures_are_in_one_part() -> None:
    twice = np.repeat(digests(50), 2)
    parts = fold_of(twice, 7).reshape(50, 2)
    np.testing.assert_array_equal(parts[:, 0], parts[:, 1])


def test_no_record_has_no_part() -> None:
    assert fold_of(digests(0), 3).shape == (0,)
