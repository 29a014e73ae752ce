from collections import Counter
from types import SimpleNamespace
from typing import Any

from support.scores import RECORD
from tasks.runs.typed_json import from_json
from tasks.scoring.counts import Counts
from tasks.scoring.plan import Plan
from tasks.scoring.record import ScoreRecord, score_record

PLAN = Plan(
    pictures="/in",
    layout="folder",
    state="5",
    model="m0de1",
    engine="bigdl",
    output="csv",
    parts=2,
)


def test_rates_are_of_the_last_call_alone() -> None:
    model: Any = SimpleNamespace(
        name="birds",
        version=3,
        class_names=("a", "b"),
        dump=SimpleNamespace(network="vgg_16"),
    )
    counts = Counts(pictures=30, bad=1, classes=Counter({1: 29}))
    record = score_record(
        PLAN, model, counts, scores="/out", earlier=10, seconds=2.0, run_id="a run"
    )
    assert record.pictures_per_second == 10
    assert record.classes == {"a": 0, "b": 29}
    assert (record.earlier_rows, record.network) == (10, "vgg_16")
    assert (record.name, record.version) == ("birds", 3)
    assert from_json(ScoreRecord, record.as_json()) == record


def test_a_record_of_an_older_version_has_no_name() -> None:
    content = {key: value for key, value in RECORD.as_json().items() if key != "name"}
    assert from_json(ScoreRecord, content) == RECORD
