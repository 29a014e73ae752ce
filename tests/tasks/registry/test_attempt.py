from pathlib import Path
from typing import Any

import pytest

from support.trained import Model, write_trained
from tasks.params.promotion import PromotionParams
from tasks.registry.attempt import Attempt
from tasks.registry.by_hand import promote as promote_by_hand
from tasks.registry.champion import FLOWERS, champion
from tasks.registry.measure import measure
from tasks.runs.promotion_record import PromotionRecord
from tasks.storage.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def attempt(home: Home, run_id: str, right: int, **params: Any) -> PromotionRecord | None:
    """Write a model of so many right answers of 40, and try to promote it."""
    metrics = write_trained(home, Model(run_id, [True] * right + [False] * (40 - right)))
    return Attempt(home, FLOWERS, metrics, PromotionParams(**params), "ann").record()


def test_a_decision_of_the_champion_of_that_moment(home: Home) -> None:
    first = attempt(home, "first", 20)
    assert first is not None
    assert first.promoted
    second = attempt(home, "second", 30)
    assert second is not None
    assert second.comparison is not None
    assert (second.promoted, second.comparison.champion) == (True, 1)


def test_a_champion_that_changes_meanwhile_leaves_it_undecided(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt(home, "first", 20)
    attempt(home, "better", 35, promote="never")

    def slow(home: Home, new: Any, version: Any) -> Any:
        found = measure(home, new, version)
        promote_by_hand(home, FLOWERS, "better", who="ann")
        return found

    monkeypatch.setattr("tasks.registry.attempt.measure", slow)
    assert attempt(home, "third", 25) is None
    now = champion(home)
    assert now is not None
    assert now.run_id == "better"
