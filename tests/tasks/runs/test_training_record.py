import json
import math

import pytest

from tasks.runs.training_record import Epoch, Plan
from tasks.runs.typed_json import from_json

FIELDS = {
    "epoch": 2,
    "iteration": 416,
    "records": 3328,
    "total": 3320,
    "loss": 1.25,
    "correct": 175,
    "count": 350,
    "seconds": 0.5,
    "wall_clock_seconds": 1.25,
}


def test_as_json_has_fields_and_derived_figures() -> None:
    content = from_json(Epoch, FIELDS).as_json()
    assert content == {**FIELDS, "top1": 0.5, "records_per_second": 6656}


def test_derived_figures_are_not_read_but_derived_again() -> None:
    epoch = from_json(Epoch, {**FIELDS, "top1": 0.9, "records_per_second": 1})
    assert epoch == Epoch(**FIELDS)  # type: ignore[arg-type] # values of both types
    assert (epoch.top1, epoch.records_per_second) == (0.5, 6656)


@pytest.mark.parametrize("written", ["NaN", "null"])
def test_a_loss_that_is_no_number(written: str) -> None:
    content = json.dumps(FIELDS).replace("1.25", written, 1)
    assert math.isnan(from_json(Epoch, json.loads(content)).loss)


def test_a_loss_that_is_missing_is_told() -> None:
    fields = {name: value for name, value in FIELDS.items() if name != "loss"}
    with pytest.raises(ValueError, match="loss: Field required"):
        from_json(Epoch, fields)


def test_no_time_at_all() -> None:
    assert from_json(Epoch, {**FIELDS, "seconds": 0}).records_per_second > 0


def test_a_plan_of_a_version_that_did_not_record_the_steps() -> None:
    plan = {"optimizer": "LocalOptimizer", "batch_size": 16, "cores": 2, "master": "local[2]"}
    assert from_json(Plan, plan).steps_per_epoch == 0
    assert from_json(Plan, {**plan, "steps_per_epoch": 15}).steps_per_epoch == 15
