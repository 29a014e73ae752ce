"""When the DAG runs by itself."""

from datetime import timedelta

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable

from tasks.params.installation import cron_schedule

# A DAG that was never run by its schedule and is switched on waits for the next time, not for the
# last one; but a run that is due must not be missed because the file is parsed at that moment.
_LATE = timedelta(minutes=5)


def schedule(dataset: Asset) -> AssetOrTimeSchedule | list[Asset]:
    """Return when to retrain: at the times of ``GRAFT_SCHEDULE``, and with the data set's asset.

    Raises:
        ParamsError: ``GRAFT_SCHEDULE`` is no cron expression.
    """
    cron = cron_schedule()
    if cron is None:
        return [dataset]
    timetable = CronTriggerTimetable(cron, timezone="UTC", run_immediately=_LATE)
    return AssetOrTimeSchedule(timetable=timetable, assets=[dataset])
