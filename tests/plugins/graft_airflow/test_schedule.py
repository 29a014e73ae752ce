from typing import Any

import pytest
from airflow.sdk import AssetOrTimeSchedule

from graft_airflow.assets import dataset_asset
from graft_airflow.schedule import schedule

DATASET = dataset_asset("flowers")

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


@pytest.mark.parametrize(("given", "cron"), [("@weekly", "0 0 * * 0"), ("0 3 * * 1", "0 3 * * 1")])
def test_times_and_the_asset(given: str, cron: str) -> None:
    made = schedule(given, DATASET)
    assert isinstance(made, AssetOrTimeSchedule)
    timetable: Any = made.timetable
    assert timetable.expression == cron
    assert str(timetable.timezone) == "UTC"
    condition: Any = made.asset_condition
    assert [asset.name for asset in condition.objects] == ["flowers_dataset"]


def test_a_time_that_just_passed_is_not_missed() -> None:
    """But the DAG does not run at once when it is switched on days after one."""
    import datetime

    import pendulum
    import time_machine
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable
    from airflow.timetables.base import TimeRestriction

    made = schedule("0 3 * * *", DATASET)
    assert isinstance(made, AssetOrTimeSchedule)
    timetable = decode_timetable(encode_timetable(made.timetable))
    never = TimeRestriction(earliest=None, latest=None, catchup=False)

    def next_after(hour: int, minute: int) -> pendulum.DateTime:
        now = datetime.datetime(2026, 1, 2, hour, minute, tzinfo=datetime.UTC)
        with time_machine.travel(now, tick=False):
            info = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=never)
        assert info is not None
        return info.run_after

    assert next_after(3, 4) == pendulum.datetime(2026, 1, 2, 3)
    assert next_after(9, 0) == pendulum.datetime(2026, 1, 3, 3)


def test_the_asset_alone() -> None:
    assert schedule(None, DATASET) == [DATASET]
