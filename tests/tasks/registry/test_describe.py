from dataclasses import replace
from pathlib import Path

import pytest

from support.registry import registered
from support.trained import Model, write_trained
from tasks.registry.describe import registration, version_of_run
from tasks.registry.score import Score
from tasks.registry.state import Registry
from tasks.registry.version import Version
from tasks.runs import record
from tasks.storage.paths import Home


def test_a_new_model_has_the_next_number(tmp_path: Path) -> None:
    home = Home(tmp_path)
    metrics = write_trained(home, Model("r", [True, False, True], test=(0.75, 8)))
    assert version_of_run(home, metrics, Registry((registered(4),))) == Version(
        number=5,
        run_id="r",
        model=metrics.model.digest,
        network="inception_v1",
        dataset="da7a",
        validation=Score(2, 3),
        test=Score(6, 8),
        trained_at="2026-11-25T10:00:00+00:00",
    )


def test_a_model_that_was_reused_has_its_own_number_and_run(tmp_path: Path) -> None:
    home = Home(tmp_path)
    metrics = write_trained(home, Model("first", [True]))
    known = version_of_run(home, metrics, Registry(()))
    registry = Registry(tuple(registration(Registry(()), known, "a run")))
    again = version_of_run(home, replace(metrics, run_id="second"), registry)
    assert again == known
    assert registration(registry, again, "a run") == ()


def test_its_export_is_what_the_run_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "TASK_IDS", (*record.TASK_IDS, "export_model"))
    home = Home(tmp_path)
    metrics = write_trained(home, Model("r", [True]))
    before = version_of_run(home, metrics, Registry(()))
    registry = Registry(tuple(registration(Registry(()), before, "a run")))
    assert before.export is None
    record.record_step(home, "r", "export_model", {"path": "/exports/e", "digest": "e"})
    exported = version_of_run(home, metrics, registry)
    assert exported == replace(before, export="e")
    (event,) = registration(registry, exported, "a run")
    assert (event.kind, event.number, event.version) == ("registered", 1, exported)
    # A run that has none leaves the version its own.
    after = Registry((*registry.events, event))
    assert version_of_run(home, replace(metrics, run_id="other"), after).export == "e"
