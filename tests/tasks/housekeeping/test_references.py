"""Needs of runs and artefacts, as their records and recipes have them."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from support.history import Week, write_step
from tasks.housekeeping.inventory import inventory
from tasks.housekeeping.item import Item, Ref
from tasks.housekeeping.references import reachable, references
from tasks.storage.locations import RemotePath
from tasks.storage.manifest import Manifest
from tasks.storage.paths import Home


def ref(path: Path) -> Ref:
    return Ref(path.parent.name, path.name)


def item(kind: str, name: str, recipe: dict[str, Any], root: str = "/nowhere") -> Item:
    """An artefact of which only the recipe is known."""
    return Item(kind, Path(root, kind, name), 1, 0.0, manifest=Manifest(recipe, {}, {}, 1.0))


@pytest.fixture
def needs(home: Home, weeks: Sequence[Week]) -> dict[str, set[str]]:
    """What each artefact of the first week needs, by the names of ``Week.made``."""
    graph, made = references(inventory(home)), weeks[0].made
    names = {ref(path): name for name, path in made.items()}
    return {name: {names[need] for need in graph[ref(path)]} for name, path in made.items()}


def test_every_artefact_needs_what_it_was_made_from(needs: dict[str, set[str]]) -> None:
    source = {"dataset", "checkpoint", "weights"}
    assert needs == {
        "download": set(),
        "pretrained": set(),
        "dataset": {"download"},
        "checkpoint": {"pretrained"},
        "weights": {"checkpoint"},
        "train": source,
        "validation": source,
        "features train": {"dataset", "weights"},
        "features validation": {"dataset", "weights", "parity"},
        "parity": set(),
        "model": {
            *source,
            "train",
            "validation",
            "features train",
            "features validation",
            "export",
        },
        "export": {"model"},
    }


def test_a_run_needs_what_its_steps_recorded(home: Home, weeks: Sequence[Week]) -> None:
    run = home.run("manual__1")
    write_step(run, "extract_dataset", weeks[1].made["dataset"])
    write_step(run, "report", home.root / "elsewhere" / "x")
    graph = references(inventory(home))
    assert graph[ref(run)] == {ref(weeks[1].made["dataset"])}


def test_a_run_needs_what_its_metrics_say_without_a_step(home: Home, weeks: Sequence[Week]) -> None:
    """As after a job by hand, which has no steps."""
    shutil.rmtree(weeks[0].run / "steps")
    names = ("features train", "features validation", "model")
    found = references(inventory(home))[ref(weeks[0].run)]
    assert found == {ref(weeks[0].made[name]) for name in names}


def test_a_remote_record_is_of_the_artefact_of_its_digest(
    home: Home, weeks: Sequence[Week]
) -> None:
    file = weeks[0].run / "steps" / "dump_train.json"
    digest = weeks[0].made["train"].name
    file.write_text(json.dumps({"path": f"s3a://bucket/dumps/{digest}", "digest": digest}))
    assert Ref("dumps", digest) in references(inventory(home))[ref(weeks[0].run)]


@pytest.mark.parametrize("key", ["source", "archive"])
def test_a_data_set_needs_every_download_of_its_content(key: str) -> None:
    """The key of its recipe was ``archive`` in older versions."""
    items = [
        item("datasets", "d", {key: "same"}),
        item("downloads", "1", {"sha256": "same", "name": "a.tar"}),
        item("downloads", "2", {"sha256": "same", "name": "b.tar"}),
        item("downloads", "3", {"sha256": "other", "name": "a.tar"}),
    ]
    needed = {Ref("downloads", "1"), Ref("downloads", "2")}
    assert references(items)[Ref("datasets", "d")] == needed


def test_local_and_remote_copies_have_the_needs_of_both() -> None:
    local = item("dumps", "d", {"dataset": "/home/datasets/a", "checkpoint": "c"})
    remote = Item("dumps", RemotePath("s3a://bucket/dumps/d"), 1, 0.0)
    needed = {Ref("datasets", "a"), Ref("checkpoints", "c")}
    for order in ([local, remote], [remote, local]):
        assert references(order) == {Ref("dumps", "d"): needed}


def test_a_recipe_of_another_version_is_no_reason_to_stop() -> None:
    odd: dict[str, Any] = {
        "dumps": 5,
        "dataset": None,
        "checkpoint": [],
        "weights": {},
        "features": 3,
    }
    for kind in ("models", "dumps", "features", "weights", "datasets"):
        assert references([item(kind, "x", odd)]) == {Ref(kind, "x"): set()}


@pytest.mark.parametrize("digests", [5, [5], ["ab"], None, {"dataset": "d"}])
def test_a_model_whose_recipe_has_no_digests_needs_what_else_it_says(digests: Any) -> None:
    assert references([item("models", "m", {"dumps": digests})]) == {Ref("models", "m"): set()}


def test_all_that_is_needed_is_reached_once() -> None:
    a, b, c, d, e = (Ref("models", name) for name in "abcde")
    graph = {a: {b, c}, b: {d}, c: {d}, d: {a}, e: {a}}
    assert reachable([a], graph) == {a, b, c, d}
    assert reachable([e, d], graph) == {a, b, c, d, e}
    assert reachable([Ref("runs", "unknown")], graph) == {Ref("runs", "unknown")}
    assert reachable([], graph) == set()
