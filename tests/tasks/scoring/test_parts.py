import pytest

from tasks.scoring.parts import Slice, cut_files, cut_pictures


@pytest.mark.parametrize(
    ("total", "parts"), [(0, 1), (1, 1), (65, 2), (3670, 58), (10**6, 1024), (10**9, 244141)]
)
def test_pictures_are_cut_by_their_number_alone(total: int, parts: int) -> None:
    assert cut_pictures(total).count == parts


def test_large_files_are_cut_into_slices() -> None:
    cut = cut_files(["b", "a", "c"], {"a": 0, "b": 40 * 2**20, "c": 2**40})
    assert cut.files[:4] == (Slice("a", 0, 1), Slice("b", 0, 3), Slice("b", 1, 3), Slice("b", 2, 3))
    assert cut.count == len(cut.files) == 1 + 3 + 16
