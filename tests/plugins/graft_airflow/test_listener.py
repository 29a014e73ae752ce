"""The note against a real row of Airflow's data base; the scheduler writes it in tests/e2e."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from airflow.listeners.listener import get_listener_manager
from airflow.models import DagRun
from airflow.utils.state import DagRunState
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from graft_airflow import listener
from graft_airflow.listener import joined, on_dag_run_failed, on_dag_run_success
from tasks.runs.record import DAG_ID, record_failure, record_step
from tasks.storage.paths import Home

RUN = "manual__2026"
MADE = "Graft: Made: download_dataset."


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
    home = Home(tmp_path)
    record_step(home, RUN, "download_dataset", {"reused": False})
    return home


@pytest.fixture
def dag_run(home: Home) -> Iterator[Any]:
    from airflow.models import import_all_models
    from airflow.models.base import Base

    import_all_models()  # type: ignore[no-untyped-call]  # Airflow's
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        now = datetime.datetime.now(datetime.UTC)
        row = DagRun(
            dag_id=DAG_ID, run_id=RUN, run_type="manual", state=DagRunState.RUNNING, run_after=now
        )
        session.add(row)
        session.commit()
        yield row


def stored(dag_run: Any) -> Any:
    """What is in the data base once the scheduler commits."""
    session = Session.object_session(dag_run)
    assert session is not None
    session.commit()
    session.expire_all()
    return dag_run.note


def test_writes_what_came_of_the_run(dag_run: Any) -> None:
    on_dag_run_success(dag_run)
    assert stored(dag_run) == MADE


def test_says_what_failed(dag_run: Any, home: Home) -> None:
    record_failure(home, RUN, "extract_dataset", "labels.txt is empty")
    on_dag_run_failed(dag_run)
    assert stored(dag_run).startswith("Graft: **extract_dataset failed**: `labels.txt is empty`")


def test_keeps_what_the_user_wrote(dag_run: Any) -> None:
    dag_run.note = "For the fair"
    stored(dag_run)
    on_dag_run_success(dag_run)
    assert stored(dag_run) == f"For the fair\n\n{MADE}"


def test_takes_the_place_of_its_own_when_tasks_are_cleared(dag_run: Any, home: Home) -> None:
    dag_run.note = "For the fair"
    on_dag_run_success(dag_run)
    record_step(home, RUN, "extract_dataset", {"reused": False})
    on_dag_run_success(dag_run)
    assert stored(dag_run) == "For the fair\n\nGraft: Made: download_dataset, extract_dataset."


def test_names_what_airflow_saw_fail(dag_run: Any) -> None:
    from airflow.models import TaskInstance

    session = Session.object_session(dag_run)
    assert session is not None
    row = TaskInstance.__table__.insert().values(
        id=uuid4(),
        task_id="dump_train",
        dag_id=DAG_ID,
        run_id=RUN,
        state="failed",
        pool="default_pool",
        map_index=-1,
    )
    session.execute(row)
    on_dag_run_failed(dag_run)
    assert "**dump_train failed**: `it was killed, or marked so;" in stored(dag_run)


def test_fits_in(dag_run: Any, home: Home) -> None:
    record_failure(home, RUN, "extract_dataset", "x" * 2000)
    on_dag_run_failed(dag_run)
    assert len(stored(dag_run)) == 1000
    assert stored(dag_run).endswith("x\N{HORIZONTAL ELLIPSIS}")


@pytest.mark.parametrize(
    ("theirs", "note"),
    [
        ("", "Graft: ours"),
        ("Test for Graft: fair", "Test for Graft: fair\n\nGraft: ours"),
        ("a\n\nGraft: before", "a\n\nGraft: ours"),
        ("Graft: before\n\nand more", "Graft: ours"),
        ("x" * 998, "x" * 998),
        ("x" * 980, f"{'x' * 980}\n\nGraft: ours"),
    ],
)
def test_joined(theirs: str, note: str) -> None:
    assert joined(theirs, "ours") == note


def test_a_pipelines_run_has_its_own(dag_run: Any, home: Home) -> None:
    dag_run.dag_id = "birds_transfer_learning"
    record_failure(home, f"birds/{RUN}", "extract_dataset", "no picture of birds")
    on_dag_run_failed(dag_run)
    assert "no picture of birds" in stored(dag_run)


def test_a_dag_of_such_an_id_that_left_nothing_is_not_ours(dag_run: Any) -> None:
    dag_run.dag_id = "their_transfer_learning"
    on_dag_run_failed(dag_run)
    assert stored(dag_run) is None


def test_leaves_other_dags_alone(dag_run: Any) -> None:
    dag_run.dag_id = "other"
    on_dag_run_success(dag_run)
    assert stored(dag_run) is None


def test_leaves_a_copy_without_a_session_alone(home: Home) -> None:
    on_dag_run_success(DagRun(dag_id=DAG_ID, run_id=RUN))


def test_airflow_calls_it_by_these_names() -> None:
    hooks = {spec for spec in dir(get_listener_manager().hook) if spec.startswith("on_dag_run_")}
    ours = {name for name in vars(listener) if name.startswith("on_")}
    assert ours == {"on_dag_run_success", "on_dag_run_failed"}
    assert ours <= hooks
