from dataclasses import replace
from typing import Any

import pytest

from tasks.runs.typed_json import from_json
from tasks.scoring.plan import Plan

PLAN = Plan(
    pictures="/in",
    layout="folder",
    state="5",
    model="m0de1",
    engine="bigdl",
    output="csv",
    parts=2,
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"pictures": "/on"}, "other pictures (/on, and not /in)"),
        ({"state": "6"}, "pictures that have changed since"),
        ({"model": "new"}, "another model (new, and not m0de1)"),
        ({"engine": "tensorflow"}, "another feature engine (tensorflow, and not bigdl)"),
        ({"output": "parquet"}, "another format (parquet, and not csv)"),
        ({"parts": 3}, "another version of Graft"),
    ],
)
def test_the_first_difference_is_told(change: dict[str, Any], words: str) -> None:
    assert PLAN.difference(replace(PLAN, **change)) == words


def test_it_is_read_as_it_was_written() -> None:
    assert from_json(Plan, PLAN.as_json()) == PLAN
