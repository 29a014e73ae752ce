import dataclasses

from tasks.datasets.dataset import SPLITS
from tasks.datasets.pair import Pair


def test_values_are_named_after_the_splits_in_their_order() -> None:
    pair = Pair(1, 2)
    assert dict(pair.items()) == {"train": 1, "validation": 2}
    assert tuple(name for name, _ in pair.items()) == SPLITS
    assert [*pair] == [1, 2]


def test_map_keeps_the_sides_apart() -> None:
    assert Pair(1, 2).map(str) == Pair("1", "2")


def test_as_json_it_is_an_object_of_both_splits() -> None:
    assert dataclasses.asdict(Pair([1], [2])) == {"train": [1], "validation": [2]}
