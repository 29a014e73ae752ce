"""Schedule of the DAG: times, and updates of the data set's asset."""

from datetime import timedelta

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable

from tasks.params.installation import cron_schedule

# When the DAG is switched on, it waits for the next time and does not make up for the last one.
# Up to this delay counts as on time: a due run must not be missed because the file is being parsed.
_LATE = timedelta(minutes=5)


def schedule(dataset: Asset) -> AssetOrTimeSchedule | list[Asset]:
    """Return the schedule: the times of ``GRAFT_SCHEDULE``, and every update of ``dataset``.

    Raises:
        ParamsError: ``GRAFT_SCHEDULE`` is not a cron expression.
    """
    cron = cron_schedule()
    if cron is None:
        return [dataset]
    timetable = CronTriggerTimetable(cron, timezone="UTC", run_immediately=_LATE)
    return AssetOrTimeSchedule(timetable=timetable, assets=[dataset])
