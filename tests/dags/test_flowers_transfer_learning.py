import copy
import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
from airflow.sdk.bases.operator import ExecutorSafeguard
from airflow.sdk.execution_time.context import OutletEventAccessors

from deploy.connection import LOCAL_SPARK
from tasks.params.definitions import JobConfig, JobParams, RunParams
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import write_metrics
from tasks.runs.record import TASK_IDS
from tasks.storage.paths import CHECKOUT, Home
from tasks.training.arguments import parse_arguments

DAG_ID = "flowers_transfer_learning"
FILE = CHECKOUT / "dags" / f"{DAG_ID}.py"

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


@pytest.fixture(scope="module")
def dag() -> Any:
    """The DAG as Airflow finds it: no database, no connection."""
    from airflow.dag_processing.dagbag import DagBag

    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "AIRFLOW_CONN_SPARK_DEFAULT",
            "GRAFT_PARAMS",
            "GRAFT_PIPELINES",
            "GRAFT_SCHEDULE",
        ):
            patch.delenv(name, raising=False)
        # A connection, opened, would come from here.
        patch.setattr("airflow.sdk.BaseHook.get_connection", refuse)
        bag = DagBag(FILE)
    assert bag.import_errors == {}
    assert bag.captured_warnings == {}
    assert list(bag.dags) == [DAG_ID]
    return bag.dags[DAG_ID]


def refuse(*arguments: object) -> None:
    raise AssertionError("a connection was opened")


class Pulled:
    """A task instance that has the two dumps to give."""

    def __init__(self, train: str = "/dumps/a", validation: str = "/dumps/b") -> None:
        self._paths = {"dump_train": train, "dump_validation": validation}

    def xcom_pull(self, *, task_ids: str, **_: Any) -> dict[str, Any]:
        return {"path": self._paths[task_ids], "digest": task_ids, "reused": True, "seconds": 0.1}


class TestWiring:
    def test_edges(self, dag: Any) -> None:
        assert {task.task_id: task.downstream_task_ids for task in dag.tasks} == {
            "download_dataset": {"extract_dataset"},
            "extract_dataset": {"dump_train", "dump_validation"},
            "fetch_checkpoint": {"dump_train", "dump_validation"},
            "dump_train": {"train_classifier"},
            "dump_validation": {"train_classifier"},
            "train_classifier": {"export_model"},
            "export_model": {"report"},
            "report": {"promote_model"},
            "promote_model": set(),
        }

    def test_the_record_of_a_run_knows_the_tasks(self, dag: Any) -> None:
        assert {task.task_id for task in dag.tasks} == set(TASK_IDS)

    def test_airflow_says_how_many_runs_at_once(self, dag: Any) -> None:
        from airflow.configuration import conf

        assert dag.max_active_runs == conf.getint("core", "max_active_runs_per_dag")
        assert dag.catchup is False

    def test_schedule(self, dag: Any) -> None:
        timetable = dag.timetable
        assert timetable.timetable.expression == "0 0 * * 0"
        assert [asset.name for asset in timetable.asset_condition.objects] == ["flowers_dataset"]
        assert dag.is_paused_upon_creation

    def test_assets(self, dag: Any) -> None:
        assert [asset.name for asset in dag.get_task("download_dataset").inlets] == [
            "flowers_dataset"
        ]
        assert [asset.name for asset in dag.get_task("promote_model").outlets] == ["flowers_model"]
        assert dag.get_task("train_classifier").outlets == []

    def test_reads_well_in_the_ui(self, dag: Any) -> None:
        assert {"transfer learning", "tensorflow", "bigdl", "spark"} == set(dag.tags)
        assert dag.doc_md.startswith("Grafts a classifier of your pictures")
        for task in dag.tasks:
            assert f"| `{task.task_id}` | " in dag.doc_md
            assert "* **Reads** " in task.doc_md
            assert "* **Writes** " in task.doc_md
            # What is indented by four spaces would be shown as code.
            assert "\n    " not in task.doc_md
            assert task.owner == "graft"


class TestTasks:
    def test_every_task_has_a_timeout(self, dag: Any) -> None:
        for task in dag.tasks:
            assert timedelta(minutes=10) <= task.execution_timeout <= timedelta(days=1)

    def test_every_task_is_tried_again_for_what_may_pass_only(self, dag: Any) -> None:
        from airflow.sdk import RetryAction
        from airflow.sdk.exceptions import AirflowTaskTimeout

        from tasks import errors

        def action(task: Any, error: BaseException) -> RetryAction:
            decided = task.retry_policy.evaluate(error, try_number=1, max_tries=task.retries)
            assert isinstance(decided.action, RetryAction)
            return decided.action

        for task in dag.tasks:
            assert task.retries == 3
            assert task.retry_delay == timedelta(seconds=10)
            assert task.retry_exponential_backoff
            assert task.max_retry_delay == timedelta(minutes=10)
            for passing in (errors.NetworkError("404"), errors.ClusterError("lost")):
                assert action(task, passing) is RetryAction.RETRY
            for lasting in (errors.DataError("bad"), KeyError("path"), AirflowTaskTimeout("6 h")):
                assert action(task, lasting) is RetryAction.FAIL

    def test_steps_take_only_artefacts(self, dag: Any) -> None:
        assert list(dag.get_task("download_dataset").op_kwargs) == []
        dump = dag.get_task("dump_train")
        assert len(dump.op_args) + len(dump.op_kwargs) == 2


class TestParams:
    def test_are_the_checked_params_with_their_defaults(self, dag: Any) -> None:
        assert dict(dag.params) == RunParams().model_dump()

    def test_explain_themselves_in_the_form(self, dag: Any) -> None:
        for name in dag.params:
            schema = dag.params.get_param(name).schema
            assert schema["title"], name
            assert dag.params.get_param(name).description, name
            sections = {"Data", "Network", "Training", "Promotion", "Spark", "Run"}
            assert schema["section"] in sections, name

    def test_are_bounded(self, dag: Any) -> None:
        """By the form, or by the first step where the form could not say why."""
        for name, field in RunParams.model_json_schema()["properties"].items():
            schema = dag.params.get_param(name).schema
            known = [key for choice in field.get("anyOf", [field]) for key in choice]
            bounded = {"minimum", "maximum"} <= set(known)
            chosen = {"pattern", "enum", "const", "maxLength"} & set(known)
            assert bounded or chosen or schema["type"] == "boolean", name

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("epochs", 0),
            ("batch_size", 0),
            ("feature_engine", "torch"),
            ("source", "tulips"),
            ("learning_rate", "much"),
        ],
    )
    def test_form_refuses_what_the_steps_refuse(self, dag: Any, name: str, value: Any) -> None:
        from airflow.sdk.exceptions import ParamValidationError

        with pytest.raises(ParamValidationError):
            copy.deepcopy(dag.params.get_param(name)).resolve(value)


ODD = {
    "batch_size": 8192,
    "epochs": 1000,
    "learning_rate": 1e-6,
    "decay_rate": 0.0,
    "learning_rate_schedule": "falling",
    "l2": 1000.0,
    "class_weights": "balanced",
    "patience": 1,
    "standardize": False,
    "seed": 2**31 - 1,
    "calibrate": False,
    "force": True,
}


class TestJob:
    @pytest.fixture(autouse=True)
    def _outside_airflow(
        self, run_metrics: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Let a test call ``execute``, and end the job well as soon as it is submitted."""

        def submit(*_: Any, **__: Any) -> None:
            metrics = RunMetrics.from_json({**run_metrics, "run_id": self.run_id})
            write_metrics(Home(tmp_path), self.run_id, metrics)

        monkeypatch.setattr(ExecutorSafeguard, "test_mode", True)
        monkeypatch.setattr(SparkSubmitHook, "submit", submit)
        monkeypatch.setenv("AIRFLOW_CONN_SPARK_DEFAULT", LOCAL_SPARK)
        monkeypatch.setenv("GRAFT_HOME", str(tmp_path))

    run_id = "manual__2026"

    def execute(self, dag: Any, params: RunParams, ti: Any, run_id: str = run_id) -> Any:
        """Render and execute the task as Airflow's task runner does; return it."""
        self.run_id = run_id
        task = dag.get_task("train_classifier").prepare_for_execution()
        context = {
            "params": params.model_dump(),
            "run_id": run_id,
            "dag": dag,
            "ti": ti,
            "dag_run": SimpleNamespace(run_type="manual", start_date=None),
            "outlet_events": OutletEventAccessors(),
        }
        task.render_template_fields(context)
        task.execute(context)
        return task

    @pytest.mark.parametrize(
        "given",
        [
            {},
            ODD,
            {"learning_rate": 0.1 + 0.2, "decay_rate": 0.9999},
            {"recipe": "original"},
            {"optimizer": "lbfgs"},
        ],
    )
    def test_the_job_is_told_what_the_dag_was_told(self, dag: Any, given: dict[str, Any]) -> None:
        params = RunParams(**given)
        task = self.execute(dag, params, Pulled())
        assert parse_arguments(task.application_args) == JobConfig(
            train_dump="/dumps/a",
            validation_dump="/dumps/b",
            run_id="manual__2026",
            **params.model_dump(include=set(JobParams.model_fields)),
        )

    @pytest.mark.parametrize(
        "run_id", ["manual__2026-01-02T03:04:05.678+00:00", "-x", "--help", "~a", "a=b c"]
    )
    @pytest.mark.parametrize("dump", ["/with space/and=sign", "/ü/'quoted'", "/{{ braces }}"])
    def test_odd_names_come_through(self, dag: Any, run_id: str, dump: str) -> None:
        task = self.execute(dag, RunParams(), Pulled(train=dump), run_id)
        config = parse_arguments(task.application_args)
        assert (config.run_id, config.train_dump) == (run_id, dump)

    def test_memory_comes_from_the_params(self, dag: Any) -> None:
        params = RunParams(driver_memory="512m", executor_memory="3g")
        memory = {"spark.driver.memory": "512m", "spark.executor.memory": "3g"}
        assert memory.items() <= self.execute(dag, params, Pulled()).conf.items()

    def test_takes_its_dumps_from_the_steps_before_it(self, dag: Any) -> None:
        task = dag.get_task("train_classifier")
        assert {"train_dump", "validation_dump", "name"} <= set(task.template_fields)
        dumps = [dump.operator.task_id for dump in (task.train_dump, task.validation_dump)]
        assert dumps == ["dump_train", "dump_validation"]
        rendered = self.execute(dag, RunParams(), Pulled())
        assert (rendered.train_dump["path"], rendered.validation_dump["digest"]) == (
            "/dumps/a",
            "dump_validation",
        )

    def test_is_named_after_its_run(self, dag: Any) -> None:
        assert self.execute(dag, RunParams(), Pulled(), "a run").name == "graft a run"

    def test_submits_the_training_job(self, dag: Any) -> None:
        assert Path(dag.get_task("train_classifier").application).samefile(
            CHECKOUT / "tasks" / "train_job.py"
        )


def test_serialises(dag: Any) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    serialised = DagSerialization.to_dict(dag)
    back = DagSerialization.from_dict(json.loads(json.dumps(serialised)))
    assert back.dag_id == DAG_ID
    assert set(back.task_ids) == set(TASK_IDS)
    assert dict(back.params) == RunParams().model_dump()
