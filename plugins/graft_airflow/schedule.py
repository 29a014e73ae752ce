"""Schedule of a DAG: times, and updates of the data set's asset."""

from datetime import timedelta

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable

# When the DAG is switched on, it waits for the next time and does not make up for the last one.
# Up to this delay counts as on time: a due run must not be missed because the file is being parsed.
_LATE = timedelta(minutes=5)


def schedule(cron: str | None, dataset: Asset) -> AssetOrTimeSchedule | list[Asset]:
    """Return a schedule: the times of a cron expression in UTC, and every update of ``dataset``.

    Args:
        cron: None for the updates alone.
        dataset: the asset.
    """
    if cron is None:
        return [dataset]
    timetable = CronTriggerTimetable(cron, timezone="UTC", run_immediately=_LATE)
    return AssetOrTimeSchedule(timetable=timetable, assets=[dataset])
