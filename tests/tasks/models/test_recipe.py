import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tasks.datasets.pair import Pair
from tasks.models.recipe import (
    MODEL_FORMAT,
    Inputs,
    Recipe,
    inputs_of,
    inputs_of_model,
    is_current,
)
from tasks.params.definitions import RunParams
from tasks.runs.metrics import RunMetrics
from tasks.runs.training_record import Plan
from tasks.storage.manifest import digest_of

#: What a run of version 0.1.0 on the sample left.
OLD = Path(__file__).parents[1] / "runs" / "metrics_0.1.0.json"
#: The params that its head depends on.
OLD_PARAMS = {
    "batch_size",
    "epochs",
    "learning_rate",
    "decay_rate",
    "standardize",
    "seed",
    "feature_engine",
}
DIGESTS = Pair({"graph": "a", "weights": "w"}, {"graph": "b", "weights": "w"})
PLAN = Plan(
    optimizer="LocalOptimizer", batch_size=16, cores=2, steps_per_epoch=15, master="local[2]"
)


@pytest.fixture
def recipe() -> Recipe:
    return Recipe(Inputs(DIGESTS, {"epochs": 10, "batch_size": None}), PLAN)


def test_a_recipe_names_the_folder_that_version_0_1_0_made_of_it() -> None:
    """Otherwise every model that exists would be trained again."""
    metrics = RunMetrics.from_json(json.loads(OLD.read_text()))
    params = {name: metrics.config[name] for name in OLD_PARAMS}
    recipe = Recipe(Inputs(metrics.digests.map(dict), params), metrics.plan)
    assert digest_of(recipe.as_json()) == metrics.model.digest == "56da167cce74466c"


def test_the_batch_size_is_that_of_the_plan(recipe: Recipe) -> None:
    assert recipe.as_json() == {
        "format": MODEL_FORMAT,
        "dumps": [DIGESTS.train, DIGESTS.validation],
        "training": {"epochs": 10, "batch_size": 16},
        "optimizer": "LocalOptimizer",
        "cores": 2,
        "forced_by": None,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"inputs": Inputs(Pair(DIGESTS.train, DIGESTS.train), {"epochs": 10})},
        {"inputs": Inputs(DIGESTS, {"epochs": 11})},
        {"plan": dataclasses.replace(PLAN, cores=4)},
        {"plan": dataclasses.replace(PLAN, batch_size=32)},
        {"plan": dataclasses.replace(PLAN, optimizer="DistriOptimizer")},
        {"forced_by": "manual__2026"},
    ],
)
def test_what_the_head_depends_on_makes_another_model(
    recipe: Recipe, changes: dict[str, Any]
) -> None:
    other = dataclasses.replace(recipe, **changes)
    assert digest_of(other.as_json()) != digest_of(recipe.as_json())


def test_the_place_of_a_training_makes_no_other_model(recipe: Recipe) -> None:
    elsewhere = dataclasses.replace(PLAN, master="local[*]", steps_per_epoch=0)
    assert dataclasses.replace(recipe, plan=elsewhere).as_json() == recipe.as_json()


@pytest.mark.parametrize(
    ("params", "same"),
    [
        ({}, True),
        ({"force": True}, True),
        ({"parity_records": 0}, True),
        ({"executors": 7}, True),
        ({"tune": "true"}, True),
        ({"tune": "false"}, False),
        ({"epochs": 11}, False),
        ({"batch_size": 16}, False),
        ({"standardize": False}, False),
        ({"calibrate": False}, False),
        ({"optimizer": "adam"}, False),
        ({"l2": 0.1}, False),
        ({"class_weights": "balanced"}, False),
        ({"patience": 3}, False),
        ({"learning_rate_schedule": "falling"}, False),
        ({"recipe": "original"}, False),
        ({"feature_engine": "tensorflow"}, False),
    ],
)
def test_inputs_are_the_same_where_the_params_that_matter_are(
    params: dict[str, Any], same: bool
) -> None:
    inputs = inputs_of(RunParams(**params), DIGESTS)
    assert (inputs == inputs_of(RunParams(), DIGESTS)) is same


def test_inputs_of_other_dumps_differ() -> None:
    other = Pair(DIGESTS.validation, DIGESTS.train)
    assert inputs_of(RunParams(), DIGESTS) != inputs_of(RunParams(), other)


def test_inputs_of_a_model_are_those_that_it_was_trained_on(run_metrics: dict[str, Any]) -> None:
    params = RunParams(epochs=3)
    config = {**params.model_dump(mode="json"), "train_dump": "/d", "max_local_mib": 1}
    digests = {"train": DIGESTS.train, "validation": DIGESTS.validation}
    metrics = RunMetrics.from_json({**run_metrics, "config": config, "digests": digests})
    assert inputs_of_model(metrics) == inputs_of(params, DIGESTS)
    assert inputs_of_model(metrics) != inputs_of(RunParams(), DIGESTS)


def test_the_entries_of_a_list_to_exclude_are_inputs_but_not_its_place(
    run_metrics: dict[str, Any],
) -> None:
    params = RunParams(exclude="/somewhere/list.txt")
    assert inputs_of(params, DIGESTS) == inputs_of(RunParams(), DIGESTS)
    inputs = inputs_of(params, DIGESTS, "e1")
    assert inputs == inputs_of(RunParams(), DIGESTS, "e1") != inputs_of(params, DIGESTS, "e2")
    excluded = {"digest": "e1", "entries": 1, "records": {}, "class_counts": {}}
    config = RunParams().model_dump(mode="json")
    model = {"config": config, "digests": dict(DIGESTS.items()), "excluded": excluded}
    assert inputs_of_model(RunMetrics.from_json({**run_metrics, **model})) == inputs


def test_a_param_that_a_model_does_not_know_has_what_its_version_did(
    run_metrics: dict[str, Any],
) -> None:
    config = {"epochs": 3, "a_param_that_is_gone": 1}
    inputs = inputs_of_model(RunMetrics.from_json({**run_metrics, "config": config}))
    assert inputs.params == inputs_of(RunParams(epochs=3, calibrate=False), DIGESTS).params


def test_a_model_of_a_version_without_optimizers_is_one_of_rmsprop(
    run_metrics: dict[str, Any],
) -> None:
    inputs = inputs_of_model(RunMetrics.from_json({**run_metrics, "config": {"epochs": 3}}))
    rmsprop = {"epochs": 3, "optimizer": "rmsprop", "l2": 0, "class_weights": "none"}
    rmsprop["calibrate"] = False
    assert inputs.params == inputs_of(RunParams(**rmsprop, patience=None), DIGESTS).params
    assert inputs.params != inputs_of(RunParams(**{**rmsprop, "l2": 0.1}), DIGESTS).params


def test_a_recipe_by_name_is_one_by_values() -> None:
    values = {"standardize": False, "batch_size": 16, "calibrate": False}
    named = inputs_of(RunParams(recipe="original"), DIGESTS)
    assert named == inputs_of(RunParams(**values), DIGESTS)


def test_new_params_name_the_folder_that_older_versions_made() -> None:
    """Otherwise every model that exists would be trained again."""
    metrics = RunMetrics.from_json(json.loads(OLD.read_text()))
    given = {name: metrics.config[name] for name in OLD_PARAMS}
    params = RunParams(tune="false", calibrate=False, **given)
    recipe = Recipe(inputs_of(params, metrics.digests.map(dict)), metrics.plan)
    assert digest_of(recipe.as_json()) == "56da167cce74466c"


@pytest.mark.parametrize(
    ("content", "current"), [({"format": MODEL_FORMAT}, True), ({"format": 0}, False), ({}, False)]
)
def test_is_current(content: dict[str, Any], current: bool) -> None:
    assert is_current(content) is current
