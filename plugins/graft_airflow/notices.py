"""Notices by mail, with Airflow's notifier: promoted, not promoted, failed."""

import html
import logging
from collections.abc import Callable, Mapping
from typing import Any

from graft_airflow.run import run_id_of
from tasks.params.notices import Notices, notices
from tasks.runs.note import run_note
from tasks.runs.outcome import read_metrics
from tasks.runs.record import PROMOTE, read_failures
from tasks.storage.paths import Home
from tasks.visible import visible

logger = logging.getLogger(__name__)

Callback = Callable[[Mapping[str, Any]], None]


def callbacks() -> dict[str, Callback]:
    """Return the callbacks of every task; none if nobody is to be told.

    Raises:
        ParamsError: a setting is wrong.
    """
    wanted = notices()
    if wanted is None:
        return {}
    # Not retried tasks: Airflow calls it when no try is left.
    failed = {"on_failure_callback": tell_failure} if "failed" in wanted.events else {}
    return {**failed, "on_success_callback": tell_decision}


def tell_failure(context: Mapping[str, Any]) -> None:
    """Send why a step failed."""
    task_id = context["ti"].task_id
    home, run_id = Home.from_environ(), run_id_of(context)
    why = read_failures(home, run_id).get(task_id) or visible(str(context.get("exception", "")))
    _send(context, "failed", f"{task_id} failed: {why or 'see its log'}")


def tell_decision(context: Mapping[str, Any]) -> None:
    """Send whether the run promoted its model; of other steps, nothing."""
    if context["ti"].task_id != PROMOTE:
        return
    metrics = read_metrics(Home.from_environ(), run_id_of(context))
    if metrics is None or metrics.promotion is None:
        return
    _send(context, metrics.promotion.word, metrics.promotion.sentence())


def _send(context: Mapping[str, Any], event: str, text: str) -> None:
    """Send a mail if the event is wanted; a mail that is not sent fails nothing."""
    wanted = notices()
    if wanted is None or event not in wanted.events:
        return
    try:
        _mail(context, wanted, event, text)
    except Exception as error:
        # The task has ended: what can still be done is to say so.
        logger.warning("no mail about %r was sent: %s: %s", event, type(error).__name__, error)


def _mail(context: Mapping[str, Any], wanted: Notices, event: str, text: str) -> None:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    run_id = visible(context["run_id"])
    note = run_note(Home.from_environ(), run_id_of(context))
    dag_id = context["dag_run"].dag_id
    notifier = SmtpNotifier(
        to=list(wanted.addresses),
        from_email=wanted.sender,
        subject=f"{dag_id} {event}: {run_id}",
        html_content=f"<p>{html.escape(text)}</p><pre>{html.escape(note)}</pre>",
        smtp_conn_id=wanted.conn_id,
    )
    # Not the notifier itself, which would take an error's text for a template.
    notifier.notify(context)  # type: ignore[arg-type] # Airflow's context is such a mapping
