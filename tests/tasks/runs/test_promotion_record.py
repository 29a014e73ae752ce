from dataclasses import asdict, replace

from tasks.runs.promotion_record import Comparison, PromotionRecord
from tasks.runs.typed_json import from_json

COMPARISON = Comparison(
    champion=3,
    records=350,
    correct=320,
    champion_correct=311,
    only_new=15,
    only_champion=6,
    p_value=0.0784,
)


def test_figures_are_a_clause() -> None:
    assert COMPARISON.clause() == (
        "0.9143 (95 %: 0.880 to 0.939) against 0.8886 (95 %: 0.851 to 0.917) of version 3 on the "
        "same 350 validation records, McNemar p = 0.078"
    )
    one = replace(COMPARISON, records=1, correct=1, champion_correct=1, about="of today", p_value=1)
    assert one.clause() == (
        "1.0000 (95 %: 0.207 to 1.000) against 1.0000 (95 %: 0.207 to 1.000) of version 3 on the "
        "same 1 validation record (of today), McNemar p = 1"
    )


def test_a_decision_is_a_sentence() -> None:
    record = PromotionRecord(version=4, promoted=True, why="x", comparison=COMPARISON)
    assert record.sentence() == "promoted: version 4, x"
    assert replace(record, promoted=False).sentence() == "not promoted: version 4, x"


def test_comes_back_from_json() -> None:
    record = PromotionRecord(version=4, promoted=True, why="x", comparison=COMPARISON)
    assert from_json(PromotionRecord, asdict(record)) == record
