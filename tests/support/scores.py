"""The record of scores, without the scores."""

from tasks.scoring.record import ScoreRecord

RECORD = ScoreRecord(
    scores="/scores",
    pictures="/pictures",
    layout="folder",
    model="m0de1",
    version=4,
    network="inception_v1",
    class_names=("daisy", "rose"),
    engine="bigdl",
    output="parquet",
    rows=1200,
    bad=2,
    classes={"daisy": 1198, "rose": 0},
    parts=19,
    earlier_rows=200,
    seconds=20.0,
    pictures_per_second=50.0,
    run_id="manual__2026",
    finished_at="2026-11-27T10:00:00+00:00",
    versions={"pyspark": "3.5.9"},
)
