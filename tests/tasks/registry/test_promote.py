import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support import python_programs
from support.trained import Model, write_features, write_trained
from tasks.errors import DataError
from tasks.params.promotion import PromotionParams
from tasks.registry.by_hand import promote as promote_by_hand
from tasks.registry.by_hand import roll_back
from tasks.registry.champion import FLOWERS, champion
from tasks.registry.history import read_registry
from tasks.registry.measure import measure
from tasks.registry.promote import promote_run
from tasks.runs.outcome import read_metrics, write_metrics
from tasks.runs.promotion_record import PromotionRecord
from tasks.storage.paths import CHECKOUT, Home

#: Forty validation records, so that one is more than a point.
RECORDS = 40
Train = Callable[..., PromotionRecord]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def train(home: Home) -> Train:
    """Write a model of so many right answers, and promote it as a run of the DAG does."""

    def train(run_id: str, right: int, **params: Any) -> PromotionRecord:
        answers = [True] * right + [False] * (RECORDS - right)
        write_trained(home, Model(run_id, answers))
        given = PromotionParams(**params)
        return promote_run(home, FLOWERS, run_id, given, who="ann").record

    return train


def champion_run(home: Home) -> str | None:
    found = champion(home)
    return found.run_id if found else None


def test_a_worse_model_takes_no_place(home: Home, train: Train) -> None:
    first = train("first", 30)
    assert (first.version, first.promoted) == (1, True)
    assert first.why == "it is the first champion, top-1 accuracy 0.7500 (95 %: 0.598 to 0.858)"
    second = train("second", 20)
    assert (second.version, second.promoted) == (2, False)
    assert second.comparison is not None
    assert second.comparison.p_value == pytest.approx(2 / 2**10)
    assert second.sentence() == (
        "not promoted: version 2, 0.5000 (95 %: 0.352 to 0.648) against 0.7500 (95 %: 0.598 to "
        "0.858) of version 1 on the same 40 validation records, McNemar p = 0.002: "
        "significantly worse"
    )
    assert champion_run(home) == "first"
    third = train("third", 31)
    assert third.promoted
    assert champion_run(home) == "third"
    assert read_registry(home, FLOWERS).aliases() == {"champion": 3, "previous": 1}


def test_the_runs_metrics_have_the_decision(home: Home, train: Train) -> None:
    record = train("first", 30)
    metrics = read_metrics(home, "first")
    assert metrics is not None
    assert metrics.promotion == record


def test_the_history_says_who_when_and_why(home: Home, train: Train) -> None:
    train("first", 30)
    train("second", 20)
    events = read_registry(home, FLOWERS).events
    assert [(e.kind, e.number, e.who, e.run_id) for e in events] == [
        ("registered", 1, "ann", "first"),
        ("promoted", 1, "ann", "first"),
        ("registered", 2, "ann", "second"),
        ("not promoted", 2, "ann", "second"),
    ]
    assert events[3].why.endswith("significantly worse")
    assert events[3].comparison is not None


def test_the_champion_again_is_no_promotion(home: Home, train: Train) -> None:
    train("first", 30)
    metrics = read_metrics(home, "first")
    assert metrics is not None
    write_metrics(home, "again", replace(metrics, run_id="again", promotion=None))
    record = promote_run(home, FLOWERS, "again", PromotionParams(promote="always"), who="x").record
    assert record == PromotionRecord(version=1, promoted=False, why="it is the champion already")
    assert len(read_registry(home, FLOWERS).events) == 2


def test_a_second_try_of_a_run_finds_its_promotion(home: Home, train: Train) -> None:
    """The first try was killed after it had written the promotion."""
    train("first", 30)
    first = train("second", 32)
    before = read_registry(home, FLOWERS).events
    second = promote_run(home, FLOWERS, "second", PromotionParams(), who="ann").record
    assert second == first
    assert second.promoted
    assert read_registry(home, FLOWERS).events == before


def test_a_model_that_was_rolled_back_is_promoted_by_hand_only(home: Home, train: Train) -> None:
    train("first", 30)
    train("second", 35)
    roll_back(home, FLOWERS, who="ann", why="it is slow")
    record = promote_run(home, FLOWERS, "second", PromotionParams(), who="schedule").record
    assert not record.promoted
    assert record.why.startswith("it was rolled back by ann at 2")
    assert promote_by_hand(home, FLOWERS, "2", who="ann").number == 2
    assert champion_run(home) == "second"


def test_slightly_worse_champions_add_up(home: Home) -> None:
    """Of 200 records, two may be lost in all."""
    promoted = []
    for number in range(5):
        right = [True] * (180 - number) + [False] * (20 + number)
        write_trained(home, Model(f"r{number}", right))
        record = promote_run(home, FLOWERS, f"r{number}", PromotionParams(), who="x").record
        promoted.append(record.promoted)
    assert promoted == [True, True, True, False, False]
    assert champion_run(home) == "r2"


def test_a_promotion_by_hand_is_a_new_beginning(home: Home) -> None:
    for number in range(4):
        right = [True] * (180 - number) + [False] * (20 + number)
        write_trained(home, Model(f"r{number}", right))
        promote_run(home, FLOWERS, f"r{number}", PromotionParams(), who="x")
    promote_by_hand(home, FLOWERS, "r3", who="ann")
    write_trained(home, Model("r4", [True] * 176 + [False] * 24))
    assert promote_run(home, FLOWERS, "r4", PromotionParams(), who="x").record.promoted


def test_another_network_on_other_records_is_compared_or_says_why_not(
    home: Home, tmp_path: Path
) -> None:
    today = write_features(tmp_path / "f", [[1, 0], [0, 1]], [0, 1], ["a", "b"])
    write_trained(home, Model("old", [True, False], dataset="yesterday", weights="others"))
    promote_run(home, FLOWERS, "old", PromotionParams(), who="x")
    write_trained(home, Model("new", [True, True], features=(today, today), names=["a", "b"]))
    refused = promote_run(home, FLOWERS, "new", PromotionParams(), who="x").record
    assert not refused.promoted
    assert refused.why.startswith("it cannot be compared with version 1: ")
    assert refused.why.endswith("; promoted only with promote: always")
    assert refused.comparison is None
    always = PromotionParams(promote="always")
    assert promote_run(home, FLOWERS, "new", always, who="x").record.promoted


def test_a_champion_that_changes_meanwhile_is_compared_again(
    home: Home, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    train("first", 20)
    train("better", 35, promote="never")
    measured = []

    def slow(home: Home, new: Any, version: Any) -> Any:
        found = measure(home, new, version)
        measured.append(version.number)
        if len(measured) == 1:
            promote_by_hand(home, FLOWERS, "better", who="ann")
        return found

    monkeypatch.setattr("tasks.registry.attempt.measure", slow)
    record = train("third", 25)
    assert measured == [1, 2]
    assert not record.promoted
    assert champion_run(home) == "better"


def test_runs_at_once_have_numbers_of_their_own(home: Home) -> None:
    runs = [f"run{number}" for number in range(4)]
    for number, run_id in enumerate(runs):
        right = 30 + number
        write_trained(home, Model(run_id, [True] * right + [False] * (RECORDS - right)))
    started = [start(home, run_id) for run_id in runs]
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    registry = read_registry(home, FLOWERS)
    assert sorted(registry.versions) == [1, 2, 3, 4]
    assert {version.run_id for version in registry.versions.values()} == set(runs)
    # Whatever their order was, none took the place of a better one.
    assert champion_run(home) == "run3"


def test_a_killed_step_can_be_run_again(home: Home, train: Train) -> None:
    train("first", 30)
    write_trained(home, Model("second", [True] * 33 + [False] * 7))
    for moment in (0.3, 0.6, 0.9, 1.2):
        process = start(home, "second")
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        # Either nothing happened or all of it.
        kinds = [event.kind for event in read_registry(home, FLOWERS).events[2:]]
        assert kinds in ([], ["registered", "promoted"])
    record = promote_run(home, FLOWERS, "second", PromotionParams(), who="x").record
    assert record.promoted
    assert len(read_registry(home, FLOWERS).events) == 4


def start(home: Home, run_id: str) -> Any:
    return python_programs.start(
        "promote_run", home.root, run_id, PYTHONPATH=f"{CHECKOUT}:{CHECKOUT / 'tests'}"
    )


def test_a_run_without_metrics_is_named(home: Home) -> None:
    with pytest.raises(DataError, match=r"runs/gone has no metrics\.json; expected the folder"):
        promote_run(home, FLOWERS, "gone", PromotionParams(), who="x")


def test_the_result_has_the_names_of_an_artefact(home: Home) -> None:
    write_trained(home, Model("first", [True]))
    facts = promote_run(home, FLOWERS, "first", PromotionParams(), who="x").as_dict()
    assert facts["path"] == str(home.registry / FLOWERS)
    assert facts["reused"] is False
    assert (facts["version"], facts["promoted"]) == (1, True)
