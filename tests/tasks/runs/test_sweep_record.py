import json
from dataclasses import asdict

from tasks.runs.sweep_record import Strength, Sweep
from tasks.runs.typed_json import from_json

RAW = Strength(l2=0.00025, standardize=False, top1=0.82, log_loss=0.51)
SCALED = Strength(l2=0.1, standardize=True, top1=0.81, log_loss=0.53)
SWEEP = Sweep(strengths=(RAW, SCALED), taken=SCALED, why="as given", folds=5, seconds=1.5)


def test_the_clause_names_strength_features_and_reason() -> None:
    assert SWEEP.clause() == "l2 0.1 on standardised features (as given)"
    other = Sweep(strengths=(RAW,), taken=RAW, why="the lowest", folds=5, seconds=1.5)
    assert other.clause() == "l2 0.00025 on raw features (the lowest)"


def test_a_sweep_comes_back_from_json() -> None:
    assert from_json(Sweep, json.loads(json.dumps(asdict(SWEEP)))) == SWEEP
