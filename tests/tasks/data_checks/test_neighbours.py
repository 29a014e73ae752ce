import numpy as np
import numpy.typing as npt
import pytest

from tasks.data_checks import neighbours as module
from tasks.data_checks.neighbours import far_rows, find_neighbours, near_pairs

FloatArray = npt.NDArray[np.float32]


def drawn(records: int = 120, size: int = 128) -> FloatArray:
    return np.random.default_rng(2).random((records, size), np.float32)


def test_neighbours_are_those_of_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROWS", 7)
    feature = drawn()
    found = find_neighbours(feature, 5)
    for row, mine in enumerate(feature.astype(np.float64)):
        cosines = {
            other: mine @ theirs / np.linalg.norm(mine) / np.linalg.norm(theirs)
            for other, theirs in enumerate(feature.astype(np.float64))
            if other != row
        }
        nearest = sorted(cosines, key=lambda other: -cosines[other])[:5]
        assert found.row[row].tolist() == nearest
        # Rounding of float32.
        expected = [1 - cosines[other] for other in nearest]
        np.testing.assert_allclose(found.distance[row], expected, atol=1e-6)


def test_copies_that_differ_a_little_are_near() -> None:
    feature = drawn()
    noise = np.random.default_rng(3).normal(0, 0.01, (3, 128)).astype(np.float32)
    copies = feature[[5, 40, 7]] * (1 + noise) * np.array([[1], [3], [1]], np.float32)
    pairs = near_pairs(find_neighbours(np.concatenate([feature, copies])))
    assert sorted(map(tuple, pairs.row.tolist())) == [(5, 120), (7, 122), (40, 121)]
    assert (np.diff(pairs.cosine) <= 0).all()
    assert pairs.cosine.min() > 0.999


def test_pictures_that_are_as_near_as_others_are_not() -> None:
    assert len(near_pairs(find_neighbours(drawn())).row) == 0


def test_a_series_longer_than_the_neighbours_is_near() -> None:
    series = np.repeat(drawn(1), 15, axis=0)
    series += np.random.default_rng(3).normal(0, 0.003, series.shape).astype(np.float32)
    pairs = near_pairs(find_neighbours(np.concatenate([drawn()[1:], series])))
    # Each has ten neighbours in the series.
    assert len(pairs.row) >= 15 * 10 / 2
    assert (pairs.row >= 119).all()


def test_a_picture_unlike_all_others_is_far() -> None:
    feature = drawn(300)
    feature[17] = -feature[17]
    feature[30] = 0
    rows, score = far_rows(find_neighbours(feature))
    assert rows[:2].tolist() == [17, 30]
    assert score[0] > score[1] > 5
    assert len(rows) < 10


def test_where_all_are_alike_none_is_far() -> None:
    feature = np.ones((40, 4), np.float32)
    assert len(far_rows(find_neighbours(feature))[0]) == 0
