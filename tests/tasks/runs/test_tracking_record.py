from pathlib import Path

from tasks.runs.tracking_record import TrackingRecord, read_tracking, write_tracking
from tasks.storage.paths import Home


def test_is_read_as_it_was_written(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert read_tracking(home, "r") is None
    record = TrackingRecord(server="http://mlflow", run="a1", version="3")
    write_tracking(home, "r", record)
    assert read_tracking(home, "r") == record


def test_sentences() -> None:
    logged = TrackingRecord(server="http://mlflow", run="a1", version="3")
    assert logged.sentence() == "logged to http://mlflow: run a1, version 3"
    away = TrackingRecord(server="http://mlflow", error="it is away")
    assert away.sentence() == (
        "not logged to http://mlflow: it is away; graft mlflow sync catches up"
    )
