"""The search for the first node that differs, with engines whose values are known."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tasks.dumps.description import Dump
from tasks.features.chunks import Chunk
from tasks.features.comparison import Origin
from tasks.features.first_difference import compared_nodes, first_difference


class Known:
    """An engine whose end points are 1, but for those that it is told to change."""

    name = "known"
    version = "1"

    def __init__(self, **changes: float) -> None:
        self.changes = changes
        self.chunks: list[Chunk] = []

    def done(self) -> int:
        raise NotImplementedError

    def extract(self, chunks: Any, dump: Any, folder: Any) -> Any:
        raise NotImplementedError

    def answers(self, elements: Any, dump: Any) -> Any:
        raise NotImplementedError

    def end_points(self, chunk: Chunk, dump: Dump, nodes: Sequence[str]) -> dict[str, Any]:
        assert set(nodes) == set(compared_nodes(dump).values())
        self.chunks.append(chunk)
        return {node: np.full((1, 2), self.changes.get(node, 1.0), np.float32) for node in nodes}


@pytest.fixture
def small(dump: Dump) -> Dump:
    """The dump with two end points."""
    return replace(dump, end_points={"Conv": "conv", "Mixed": "mixed"})


def test_nodes_are_in_the_order_of_the_network(small: Dump) -> None:
    nodes = compared_nodes(small)
    assert list(nodes) == ["image", "Conv", "Mixed", "feature"]
    assert nodes["image"] == small.nodes.image_batch
    assert nodes["feature"] == small.nodes.feature


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"mixed": 1.5, "conv": 1.25}, "Conv (conv, by 2.5e-01)"),
        ({"mixed": 1.5}, "Mixed (mixed, by 5.0e-01)"),
        ({"mixed": float("nan")}, "Mixed (mixed, by nan)"),
        ({"mixed": 1.00005}, "no node by itself"),
    ],
)
def test_the_first_that_differs_is_named(
    changes: dict[str, float], found: str, small: Dump
) -> None:
    origin = Origin(small.shards[0].path.name, 1)
    assert first_difference(small, origin, candidate=Known(**changes), reference=Known()) == found


def test_only_the_record_in_question_is_run(small: Dump) -> None:
    candidate, reference = Known(), Known()
    shard = small.shards[1]
    first_difference(small, Origin(shard.path.name, 2), candidate=candidate, reference=reference)
    expected = Chunk(str(shard.path), 0, skip=2, first=2, records=1)
    assert candidate.chunks == reference.chunks == [expected]
