"""Mails that a real server on the loopback interface gets."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG

from graft_airflow import notices
from support.network import LOOPBACK
from support.smtp_server import MailServer, serve_mail
from tasks.errors import ParamsError
from tasks.params.notices import NOTIFY, NOTIFY_FROM, NOTIFY_ON
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import write_metrics
from tasks.runs.promotion_record import PromotionRecord
from tasks.runs.record import record_failure
from tasks.storage.paths import Home

InRun = Callable[..., Any]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server, to which Airflow's connection leads; two people are told all."""
    with serve_mail() as server:
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "graft@example.org"}
        connection = {
            "conn_type": "smtp",
            "host": LOOPBACK,
            "port": server.server_address[1],
            "extra": extra,
        }
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(connection))
        monkeypatch.setenv(NOTIFY, "ann@example.org,bob@example.org")
        yield server


@pytest.fixture
def context(in_run: InRun) -> Callable[..., Any]:
    """The context of a step's end."""

    def context(task_id: str, dag_id: str = "flowers_transfer_learning") -> Any:
        made = in_run()
        made["ti"].task_id = task_id
        made["dag"] = DAG(dag_id, schedule=None)
        made["dag_run"] = SimpleNamespace(dag_id=dag_id)
        return made

    return context


def decide(home: Home, metrics: RunMetrics, *, promoted: bool) -> None:
    record = PromotionRecord(version=4, promoted=promoted, why="it is <b>better</b> {{ 7 * 6 }}")
    write_metrics(home, metrics.run_id, replace(metrics, promotion=record))


@pytest.mark.parametrize(("promoted", "word"), [(True, "promoted"), (False, "not promoted")])
def test_a_decision(
    promoted: bool, word: str, home: Home, metrics: RunMetrics, server: MailServer, context: Any
) -> None:
    decide(home, metrics, promoted=promoted)
    notices.tell_decision(context("promote_model"))
    (mail,) = server.mails
    assert server.recipients == ["ann@example.org", "bob@example.org"]
    assert mail["Subject"] == f"flowers_transfer_learning {word}: {metrics.run_id}"
    assert mail["From"] == "graft@example.org"
    (part,) = mail.iter_parts()
    # An error may quote a file of a stranger: it is neither HTML nor a template.
    text = "version 4, it is &lt;b&gt;better&lt;/b&gt; {{ 7 * 6 }}"
    assert f"<p>{word}: {text}</p>" in part.get_content()


def test_a_failure(home: Home, metrics: RunMetrics, server: MailServer, context: Any) -> None:
    record_failure(home, metrics.run_id, "dump_train", "no variable 'x'")
    notices.tell_failure(context("dump_train"))
    (mail,) = server.mails
    assert mail["Subject"] == f"flowers_transfer_learning failed: {metrics.run_id}"
    (part,) = mail.iter_parts()
    assert "<p>dump_train failed: no variable &#x27;x&#x27;</p>" in part.get_content()


def test_a_run_of_another_pipeline(
    home: Home, metrics: RunMetrics, server: MailServer, context: Any
) -> None:
    decide(home, replace(metrics, run_id=f"birds/{metrics.run_id}"), promoted=True)
    notices.tell_decision(context("promote_model"))
    assert server.mails == []
    notices.tell_decision(context("promote_model", "birds_transfer_learning"))
    (mail,) = server.mails
    assert mail["Subject"] == f"birds_transfer_learning promoted: {metrics.run_id}"


def test_other_steps_and_runs_without_a_decision_are_no_news(
    home: Home, metrics: RunMetrics, server: MailServer, context: Any
) -> None:
    notices.tell_decision(context("promote_model"))
    decide(home, metrics, promoted=True)
    notices.tell_decision(context("report"))
    assert server.mails == []


def test_what_is_not_wanted_is_not_sent(
    home: Home,
    metrics: RunMetrics,
    server: MailServer,
    context: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(NOTIFY_ON, "failed")
    decide(home, metrics, promoted=True)
    notices.tell_decision(context("promote_model"))
    assert server.mails == []
    monkeypatch.setenv(NOTIFY_FROM, "other@example.org")
    notices.tell_failure(context("report"))
    assert [mail["From"] for mail in server.mails] == ["other@example.org"]


def test_a_mail_server_that_is_away_fails_nothing(
    home: Home,
    metrics: RunMetrics,
    server: MailServer,
    context: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    away = {"conn_type": "smtp", "host": LOOPBACK, "port": 9}
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(away))
    decide(home, metrics, promoted=True)
    notices.tell_decision(context("promote_model"))
    assert "no mail about 'promoted' was sent: " in caplog.text


def test_the_tasks_have_callbacks_where_somebody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NOTIFY, raising=False)
    assert notices.callbacks() == {}
    monkeypatch.setenv(NOTIFY, "ann@example.org")
    assert set(notices.callbacks()) == {"on_failure_callback", "on_success_callback"}
    monkeypatch.setenv(NOTIFY_ON, "promoted")
    assert set(notices.callbacks()) == {"on_success_callback"}
    monkeypatch.setenv(NOTIFY_ON, "all")
    with pytest.raises(ParamsError, match=NOTIFY_ON):
        notices.callbacks()
