from tasks.runs.engine_record import EngineRecord


def test_name_and_reason_in_one_clause() -> None:
    record = EngineRecord(name="bigdl", reason="it runs all")
    assert record.clause() == "bigdl (it runs all)"
    assert EngineRecord(**record.as_json()) == record
