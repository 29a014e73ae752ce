"""What graft gc keeps: the newest runs and models, and all that they need."""

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from support.history import Week, age, write_step, write_week
from tasks.housekeeping.gc import plan_gc
from tasks.housekeeping.plan import Plan, Policy, freed_bytes
from tasks.storage.local_files import write_json
from tasks.storage.paths import Home


def plan(home: Home, keep: int = 1, days: float = 0) -> Plan:
    return plan_gc(home, Policy(keep, timedelta(days=days)))


def gone(found: Plan) -> set[Path]:
    return {Path(str(item.path)) for item in found.going}


def everything(weeks: Sequence[Week]) -> set[Path]:
    return {path for week in weeks for path in [week.run, *week.made.values()]}


@pytest.mark.parametrize("keep", [1, 2, 4])
def test_the_newest_runs_keep_all_that_they_need(
    home: Home, weeks: Sequence[Week], keep: int
) -> None:
    assert gone(plan(home, keep)) == everything(weeks) - everything(weeks[-keep:])


def test_what_all_weeks_share_stays(home: Home, weeks: Sequence[Week]) -> None:
    shared = everything(weeks[:1]) & everything(weeks[1:])
    assert {path.parent.name for path in shared} == {"downloads", "checkpoints", "weights"}
    assert not shared & gone(plan(home))


@pytest.mark.parametrize(("days", "stay"), [(0.5, 1), (9, 2), (16, 3), (30, 5)])
def test_what_was_used_lately_stays(
    home: Home, weeks: Sequence[Week], days: float, stay: int
) -> None:
    assert gone(plan(home, days=days)) == everything(weeks) - everything(weeks[-stay:])


def test_by_default_nothing_of_a_month_goes(home: Home, weeks: Sequence[Week]) -> None:
    assert not gone(plan_gc(home, Policy()))
    for week in weeks:
        for path in everything([week]):
            age(path, 31)
    assert len(gone(plan_gc(home, Policy()))) == len(everything(weeks[:2]) - everything(weeks[2:]))


def test_an_old_model_that_a_new_run_reused_stays(home: Home, weeks: Sequence[Week]) -> None:
    newest = write_week(home, 9, days=0.1, data="0", params="0")
    assert newest.made["model"] == weeks[0].made["model"]
    assert not everything([newest]) & gone(plan(home))
    assert everything(weeks[1:4]) - everything([newest]) <= gone(plan(home))


def test_a_newer_model_than_all_runs_stays(home: Home, weeks: Sequence[Week]) -> None:
    """One that was trained by hand, without a run's record of every step."""
    by_hand = write_week(home, 9, days=0.5)
    shutil.rmtree(by_hand.run)
    assert not set(by_hand.made.values()) & gone(plan(home))
    assert not everything(weeks[-1:]) & gone(plan(home))


def test_a_run_that_goes_on_keeps_what_its_steps_made(home: Home, weeks: Sequence[Week]) -> None:
    run = home.run("manual__goes-on")
    old = weeks[0].made
    write_step(run, "download_dataset", old["download"])
    write_step(run, "extract_dataset", old["dataset"])
    age(run, 6)
    assert not {run, old["download"], old["dataset"]} & gone(plan(home))
    assert old["model"] in gone(plan(home))
    age(run, 8)
    assert {run, old["download"], old["dataset"]} <= gone(plan(home))


@pytest.mark.parametrize(
    ("step", "goes_on"),
    [
        ({"task_id": "promote_model"}, False),
        ({"task_id": "report"}, True),
        ({"task_id": "train_classifier", "unchanged": True}, False),
        ({"task_id": "train_classifier"}, True),
        ({"task_id": "promote_model", "error": "no room"}, True),
        ({}, True),
    ],
)
def test_a_run_ends_with_its_promotion_or_with_nothing_to_train(
    home: Home, weeks: Sequence[Week], step: dict[str, object], goes_on: bool
) -> None:
    run = home.run("manual__last")
    write_step(run, "extract_dataset", weeks[0].made["dataset"])
    write_json(run / "steps" / "last.json", step)
    age(run, 2)
    assert (weeks[0].made["dataset"] not in gone(plan(home))) == goes_on


def test_a_job_by_hand_ends_with_its_metrics(home: Home, weeks: Sequence[Week]) -> None:
    run = home.run("by_hand__1")
    run.mkdir()
    age(run, 2)
    assert run not in gone(plan(home))
    write_json(run / "metrics.json", {"run_id": "by_hand__1"})
    age(run, 2)
    assert run in gone(plan(home))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"dumps": 5, "features": ["x"]}', "\xff"])
def test_records_that_cannot_be_read_keep_what_the_recipe_says(
    home: Home, weeks: Sequence[Week], content: str
) -> None:
    newest = weeks[-1]
    for file in [newest.made["model"] / "metrics.json", *newest.run.rglob("*.json")]:
        file.write_text(content, encoding="latin-1")
        age(file, 1)
    found = gone(plan(home))
    kept = {"dataset", "download", "checkpoint", "weights", "model"}
    assert not {newest.made[name] for name in kept} & found


def test_a_damaged_manifest_is_no_reason_to_stop(home: Home, weeks: Sequence[Week]) -> None:
    for name in ("model", "dataset"):
        file = weeks[0].made[name] / "artifact.json"
        file.write_text("{")
        age(file, 40)
    assert {weeks[0].made["model"], weeks[0].made["dataset"]} <= gone(plan(home))


def test_what_is_needed_goes_after_what_needs_it(home: Home, weeks: Sequence[Week]) -> None:
    order = [item.kind for item in plan(home).going]
    first = {kind: order.index(kind) for kind in order}
    kinds = ["runs", "models", "parity", "features", "dumps", "datasets", "downloads"]
    assert [first[kind] for kind in kinds] == sorted(first[kind] for kind in kinds)


def test_only_the_newest_sample_stays(home: Home, weeks: Sequence[Week]) -> None:
    from tasks.storage import use
    from tasks.storage.artifact import build

    old, new = (
        build(home.samples, {"version": n}, lambda folder: (folder / "a").touch()).path
        for n in range(2)
    )
    use._open_shared.cache_clear()
    age(old, 60)
    age(new, 50)
    assert old in gone(plan(home))
    assert new not in gone(plan(home))


def test_a_hard_link_frees_nothing_while_another_stays(home: Home, weeks: Sequence[Week]) -> None:
    found = plan(home)
    shared = (weeks[0].made["weights"] / "file").stat().st_size
    apparent = sum(item.size for item in found.going)
    dumps = [item for item in found.going if item.kind == "dumps"]
    assert apparent - freed_bytes(found.going) == shared * len(dumps)


def test_nothing_is_deleted_or_made_by_planning(home: Home, weeks: Sequence[Week]) -> None:
    before = sorted(home.root.rglob("*"))
    plan(home)
    assert sorted(home.root.rglob("*")) == before


def test_an_empty_home_has_nothing(home: Home) -> None:
    found = plan(home)
    assert (found.going, found.staying) == ([], [])
    assert not home.root.exists()
