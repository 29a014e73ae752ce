import json
import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from support.damage import flip_byte
from support.history import Week, present
from support.registry import promoted, registered, write_registry
from tasks.errors import DataError
from tasks.housekeeping.gc import plan_gc
from tasks.housekeeping.item import Ref
from tasks.housekeeping.plan import Policy
from tasks.housekeeping.registries import champions, check_registries
from tasks.housekeeping.verify import Checked, delete_damaged, summary, verify
from tasks.registry.history import HISTORY
from tasks.storage.paths import Home

Gc = Callable[..., object]


def promote(home: Home, weeks: Sequence[Week], *numbers: int) -> None:
    """Register the models of all weeks, and promote some in this order."""
    models = [registered(n, model=week.made["model"].name) for n, week in enumerate(weeks, 1)]
    write_registry(home, [*models, *(promoted(number + 1) for number in numbers)])


class TestGc:
    def test_keeps_champion_and_previous_and_all_that_they_need(
        self, home: Home, weeks: Sequence[Week], gc: Gc
    ) -> None:
        promote(home, weeks, 0, 1, 2)
        gc()
        there = present(home)
        for week in (weeks[1], weeks[2], weeks[4]):
            assert set(week.made.values()) <= there
        assert weeks[0].made["model"] not in there
        assert weeks[3].made["model"] not in there
        # The runs themselves are not needed.
        assert not weeks[1].run.exists()

    def test_of_two_registries(self, home: Home, weeks: Sequence[Week]) -> None:
        promote(home, weeks, 0)
        other = registered(1, model=weeks[1].made["model"].name, export="e")
        write_registry(home, [other, promoted(1)], "birds")
        assert champions(home) == {
            Ref("models", weeks[0].made["model"].name),
            Ref("models", weeks[1].made["model"].name),
            Ref("exports", "e"),
        }

    def test_deletes_nothing_where_a_registry_is_damaged(
        self, home: Home, weeks: Sequence[Week]
    ) -> None:
        promote(home, weeks, 0)
        (home.registry / "flowers" / HISTORY).write_text("{")
        with pytest.raises(DataError, match=r"history\.jsonl is damaged"):
            plan_gc(home, Policy(1, timedelta()))


class TestCheck:
    def checked(self, home: Home) -> Checked:
        ((item, damage),) = check_registries(home)
        return Checked(item, damage)

    def test_a_whole_one(self, home: Home, weeks: Sequence[Week]) -> None:
        promote(home, weeks, 0, 1)
        assert self.checked(home).line() == "registry     flowers  ok"

    def test_a_champion_whose_model_is_gone(self, home: Home, weeks: Sequence[Week]) -> None:
        promote(home, weeks, 0, 1)
        shutil.rmtree(weeks[0].made["model"])
        assert self.checked(home).line() == (
            "registry     flowers  DAMAGED: history.jsonl names version 1 as previous, but "
            f"{weeks[0].made['model']} is gone: graft gc or somebody deleted it"
        )

    def test_a_champion_whose_model_was_changed(self, home: Home, weeks: Sequence[Week]) -> None:
        promote(home, weeks, 1)
        flip_byte(weeks[1].made["model"] / "metrics.json")
        assert "version 2 as champion, but " in self.checked(home).line()

    def test_a_damaged_history_stays_when_damage_is_deleted(
        self, home: Home, weeks: Sequence[Week]
    ) -> None:
        promote(home, weeks, 0)
        path = home.registry / "flowers" / HISTORY
        path.write_text(json.dumps({"kind": "promoted"}))
        checked = list(verify(home))
        assert checked[-1].line().startswith("registry     flowers  DAMAGED: history.jsonl cannot")
        assert summary(checked).endswith(": none is damaged; 1 registry damaged")
        delete_damaged(checked[-1])
        assert path.exists()

    def test_a_home_without_any(self, tmp_path: Path) -> None:
        assert list(check_registries(Home(tmp_path))) == []
