import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.apache.spark.hooks import spark_submit
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk.bases.operator import ExecutorSafeguard
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.sdk.execution_time.context import OutletEventAccessors

from deploy import doctor
from deploy.connection import LOCAL_SPARK
from graft_airflow.assets import MODEL
from graft_airflow.train_operator import TrainClassifierOperator
from tasks.errors import ClusterError, DataError
from tasks.params.definitions import RunParams
from tasks.runs.outcome import MODEL_FORMAT, read_error, write_error, write_metrics
from tasks.runs.record import read_failures, read_steps, record_step
from tasks.spark.parent_guard import TASK_PID
from tasks.spark.runtime import java_home
from tasks.spark.settings import TRAIN_JOB, submit_conf
from tasks.storage.artifact import manifest
from tasks.storage.local_files import write_json
from tasks.storage.paths import Home

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)

CONNECTION = "AIRFLOW_CONN_SPARK_DEFAULT"
STANDALONE = '{"conn_type": "spark", "host": "spark://head", "port": 7077}'
KUBERNETES = json.dumps(
    {
        "conn_type": "spark",
        "host": "k8s://https://k8s.example",
        "port": 6443,
        "extra": {"namespace": "graft"},
    }
)
RUN = "manual__2026"
STARTED = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
METRICS = {
    "model": {"path": "/models/abc", "digest": "abc", "reused": False, "seconds": 9.0},
    "top1": 0.58,
    "epochs": [],
    "features": {},
    "stages": {"training": 3.0},
    "plan": {"cores": 2},
    "finished_at": "2026-01-02T03:05:00+00:00",
}


class TaskInstance:
    """Keeps what is pushed."""

    def __init__(self) -> None:
        self.pushed: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


def in_run(run_type: str = "manual", **params: Any) -> Any:
    """The context of a task of a run."""
    return {
        "params": params,
        "run_id": RUN,
        "ti": TaskInstance(),
        "dag_run": SimpleNamespace(run_type=run_type, start_date=STARTED),
        "outlet_events": OutletEventAccessors(),
    }


@pytest.fixture(autouse=True)
def _outside_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow lets only its task runner call ``execute``."""
    monkeypatch.setattr(ExecutorSafeguard, "test_mode", True)
    monkeypatch.setenv(CONNECTION, '{"conn_type": "spark", "host": "local[2]"}')
    for name in ("HADOOP_CONF_DIR", "YARN_CONF_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
    return Home(tmp_path)


@pytest.fixture
def operator() -> TrainClassifierOperator:
    return TrainClassifierOperator(
        task_id="train_classifier",
        conf={"spark.driver.memory": "4g"},
        application_args=["--train-dump=/dumps/a", "--epochs=3"],
    )


@pytest.fixture
def submitted(monkeypatch: pytest.MonkeyPatch) -> list[TrainClassifierOperator]:
    """In place of the provider's ``execute``: what a test appends to it is called instead."""
    jobs: list[Any] = []

    def execute(self: TrainClassifierOperator, context: Any) -> None:
        for job in jobs:
            job(self)

    monkeypatch.setattr(SparkSubmitOperator, "execute", execute)
    return jobs


class TestMaster:
    def test_no_connection(
        self, operator: TrainClassifierOperator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(CONNECTION)
        with pytest.raises(AirflowFailException) as caught:
            operator.execute(in_run())
        assert str(caught.value) == (
            "the Airflow connection 'spark_default' is not set, so nothing says where Spark is. "
            f"For this machine: export {CONNECTION}='{LOCAL_SPARK}'; or add it under Admin, "
            "Connections, with the master URL as host"
        )

    def test_yarn_without_its_configuration(
        self, operator: TrainClassifierOperator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(CONNECTION, '{"conn_type": "spark", "host": "yarn"}')
        with pytest.raises(
            AirflowFailException, match="says yarn, but neither HADOOP_CONF_DIR nor"
        ):
            operator.execute(in_run())

    @pytest.mark.parametrize("name", ["HADOOP_CONF_DIR", "YARN_CONF_DIR"])
    def test_yarn(
        self, name: str, operator: TrainClassifierOperator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(CONNECTION, '{"conn_type": "spark", "host": "yarn"}')
        monkeypatch.setenv(name, "/etc/hadoop")
        assert operator._require_master() == "yarn"

    @pytest.mark.parametrize("host", ["spark://yarn-edge", "spark://my-yarn"])
    def test_a_name_that_the_provider_takes_for_yarn(
        self, host: str, operator: TrainClassifierOperator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given = json.dumps({"conn_type": "spark", "host": host, "port": 7077})
        monkeypatch.setenv(CONNECTION, given)
        with pytest.raises(AirflowFailException) as caught:
            operator.execute(in_run())
        assert str(caught.value) == (
            f"the Airflow connection 'spark_default' names {host}:7077, and the Spark provider "
            "takes every master with yarn in its name for YARN: give this one another name"
        )

    def test_kubernetes_without_its_provider(
        self, operator: TrainClassifierOperator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delattr(spark_submit, "kube_client", raising=False)
        monkeypatch.setenv(CONNECTION, KUBERNETES)
        with pytest.raises(AirflowFailException) as caught:
            operator.execute(in_run())
        assert str(caught.value) == (
            "the Airflow connection 'spark_default' names 'k8s://https://k8s.example', and the "
            "Spark provider takes every master with k8s in its name for Kubernetes: install "
            "apache-airflow-providers-cncf-kubernetes, or give a standalone master another name"
        )

    def test_cluster_deploy_mode(
        self, operator: TrainClassifierOperator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        extra = {"deploy-mode": "cluster"}
        given = json.dumps({"conn_type": "spark", "host": "spark://head", "extra": extra})
        monkeypatch.setenv(CONNECTION, given)
        with pytest.raises(AirflowFailException, match="says deploy mode cluster, expected client"):
            operator.execute(in_run())

    @pytest.mark.parametrize(
        "connection",
        [
            '{"conn_type": "spark", "host": "local[*]"}',
            '{"conn_type": "spark", "host": "spark://head", "port": 7077}',
            '{"conn_type": "spark", "host": "head", "port": "7077"}',
            "spark://head:7077",
            "spark://local%5B2%5D",
            "spark://mesos://head:5050",
            "mesos://head:5050",
        ],
    )
    def test_doctor_reads_a_connection_as_the_operator_does(
        self, connection: str, operator: TrainClassifierOperator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(CONNECTION, connection)
        assert operator._require_master() == doctor.spark_master(connection)


class TestSubmit:
    def test_command(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        submitted.append(lambda _: write_metrics(home, RUN, METRICS))
        operator.execute(in_run())
        command = operator._hook._build_spark_submit_command(operator.application)
        assert command[:3] == ["spark-submit", "--master", "local[2]"]
        assert command[-3:] == [str(TRAIN_JOB), "--train-dump=/dumps/a", "--epochs=3"]
        for key, value in {**submit_conf(), "spark.driver.memory": "4g"}.items():
            assert f"{key}={value}" in command

    def test_environment(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        submitted.append(lambda _: write_metrics(home, RUN, METRICS))
        operator.execute(in_run())
        env = operator._hook._env_vars
        assert env["GRAFT_HOME"] == str(home.root)
        assert env[TASK_PID] == str(os.getpid())
        assert Path(env["JAVA_HOME"], "bin", "java").is_file()
        assert Path(env["PATH"].split(os.pathsep)[0], "spark-submit").is_file()

    @pytest.mark.parametrize(
        ("connection", "master", "conf"),
        [
            (STANDALONE, "spark://head:7077", {"spark.cores.max": "6"}),
            ('{"conn_type": "spark", "host": "yarn"}', "yarn", {}),
            (KUBERNETES, "k8s://https://k8s.example:6443", {"spark.kubernetes.namespace": "graft"}),
        ],
    )
    def test_command_for_a_cluster(
        self,
        home: Home,
        operator: TrainClassifierOperator,
        submitted: list[Any],
        monkeypatch: pytest.MonkeyPatch,
        connection: str,
        master: str,
        conf: dict[str, str],
    ) -> None:
        monkeypatch.setenv(CONNECTION, connection)
        monkeypatch.setenv("HADOOP_CONF_DIR", "/etc/hadoop")
        submitted.append(lambda _: write_metrics(home, RUN, METRICS))
        operator.execute(in_run(executors=3, executor_cores=2))
        command = operator._hook._build_spark_submit_command(operator.application)
        assert command[:3] == ["spark-submit", "--master", master]
        assert command[-3:] == [str(TRAIN_JOB), "--train-dump=/dumps/a", "--epochs=3"]
        given = {command[i + 1] for i, word in enumerate(command) if word == "--conf"}
        expected = {
            **submit_conf(),
            "spark.executor.instances": "3",
            "spark.executor.cores": "2",
            "spark.dynamicAllocation.enabled": "false",
            **conf,
        }
        assert {f"{key}={value}" for key, value in expected.items()} <= given
        assert "--deploy-mode" not in command
        # The driver is here, whatever the cluster: this is what spark-submit is started with.
        assert operator._hook._env["GRAFT_HOME"] == str(home.root)
        assert operator._hook._env["SPARK_HOME"]

    def test_yarns_executors_get_our_java(
        self,
        home: Home,
        operator: TrainClassifierOperator,
        submitted: list[Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv(CONNECTION, '{"conn_type": "spark", "host": "yarn"}')
        monkeypatch.setenv("HADOOP_CONF_DIR", "/etc/hadoop")
        submitted.append(lambda _: write_metrics(home, RUN, METRICS))
        operator.execute(in_run())
        assert operator.conf["spark.executorEnv.JAVA_HOME"] == str(java_home())

    def test_the_connection_adds_what_the_cluster_needs(
        self,
        home: Home,
        operator: TrainClassifierOperator,
        submitted: list[Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        conf = {"spark.executor.memoryOverhead": "2g", "spark.cores.max": 8}
        given = {"conn_type": "spark", "host": "spark://head", "extra": {"conf": conf}}
        monkeypatch.setenv(CONNECTION, json.dumps(given))
        submitted.append(lambda _: write_metrics(home, RUN, METRICS))
        operator.execute(in_run())
        assert operator.conf["spark.executor.memoryOverhead"] == "2g"
        assert operator.conf["spark.cores.max"] == "8"

    @pytest.mark.parametrize("conf", [["spark.cores.max"], {"cores": 1}, "2g"])
    def test_a_connection_with_other_conf(
        self, conf: Any, operator: TrainClassifierOperator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given = {"conn_type": "spark", "host": "spark://head", "extra": {"conf": conf}}
        monkeypatch.setenv(CONNECTION, json.dumps(given))
        with pytest.raises(AirflowFailException) as caught:
            operator.execute(in_run())
        assert str(caught.value) == (
            f"the Airflow connection 'spark_default' has a {type(conf).__name__} as conf in its "
            'extra, expected an object of Spark settings such as {"spark.executor.memoryOverhead": '
            '"2g"}'
        )

    def test_conf_of_the_dag_wins(self, home: Home, submitted: list[Any]) -> None:
        submitted.append(lambda _: write_metrics(home, RUN, METRICS))
        operator = TrainClassifierOperator(task_id="t", conf={"spark.speculation": "true"})
        operator.execute(in_run())
        assert "spark.speculation=true" in operator._hook._build_spark_submit_command("job.py")

    def test_bad_params_are_told_before_spark_starts(
        self, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        submitted.append(lambda _: pytest.fail("it was submitted"))
        with pytest.raises(AirflowFailException, match="unknown param 'epoch': did you mean"):
            operator.execute(in_run(epoch=1))


class TestOutcome:
    def test_returns_the_model_and_its_accuracy(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        submitted.append(lambda _: write_metrics(home, RUN, METRICS))
        result = operator.execute(in_run())
        assert result == {**METRICS["model"], "top1": 0.58}  # type: ignore[dict-item]
        json.dumps(result)
        (step,) = read_steps(home, RUN)
        assert (step["task_id"], step["path"], step["top1"]) == (
            "train_classifier",
            "/models/abc",
            0.58,
        )

    def test_records_the_params_without_what_may_be_secret(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        submitted.append(lambda _: write_metrics(home, RUN, METRICS))
        url = "https://me:secret@example.org/flowers.tar.gz?token=1"
        operator.execute(in_run(epochs=3, dataset_url=url))
        (step,) = read_steps(home, RUN)
        assert step["params"]["epochs"] == 3
        assert step["params"]["dataset_url"] == "https://***@example.org/flowers.tar.gz?***"

    def test_what_the_user_can_mend_fails_at_once_in_the_jobs_words(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        def job(_: Any) -> None:
            write_error(home, RUN, DataError("shard-00003, record 7: no JPEG"))
            raise AirflowException("Cannot execute: spark-submit. Error code is: 2.")

        submitted.append(job)
        with pytest.raises(AirflowFailException) as caught:
            operator.execute(in_run())
        assert str(caught.value) == "shard-00003, record 7: no JPEG"
        assert read_failures(home, RUN) == {"train_classifier": "shard-00003, record 7: no JPEG"}

    def test_what_the_cluster_lost_is_tried_again(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        def job(_: Any) -> None:
            write_error(home, RUN, ClusterError("Spark lost executor 1"))
            raise AirflowException("Cannot execute: spark-submit. Error code is: 2.")

        submitted.append(job)
        with pytest.raises(ClusterError, match=r"^Spark lost executor 1$"):
            operator.execute(in_run())

    @pytest.mark.parametrize("code", [-9, -15, 137, 143])
    def test_a_killed_driver_is_tried_again(
        self, code: int, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        def job(_: Any) -> None:
            raise AirflowException(f"Cannot execute: spark-submit --x. Error code is: {code}.")

        submitted.append(job)
        with pytest.raises(ClusterError) as caught:
            operator.execute(in_run())
        assert str(caught.value) == (
            f"the Spark driver was killed (exit code {code}): by someone, or because this machine "
            "ran out of memory; see driver_memory"
        )

    def test_any_other_end_says_what_spark_said(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        def job(_: Any) -> None:
            raise AirflowException("Error code is: 1.")

        submitted.append(job)
        with pytest.raises(AirflowException, match=r"the Spark job broke: Error code is: 1\."):
            operator.execute(in_run())
        assert read_failures(home, RUN) == {
            "train_classifier": "the Spark job broke: Error code is: 1."
        }

    def test_an_earlier_trys_outcome_is_forgotten(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        write_error(home, RUN, DataError("of an earlier try"))
        write_metrics(home, RUN, METRICS)
        submitted.append(lambda _: None)
        with pytest.raises(AirflowException, match=r"ended well but left no metrics\.json in "):
            operator.execute(in_run())
        assert read_error(home, RUN) is None


class TestLink:
    def test_leads_to_spark_while_the_job_runs(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        def job(running: TrainClassifierOperator) -> None:
            lines = ["12:00:00 Spark UI: http://127.0.0.1:4041", "12:00:01 features: 3 of 9"]
            running._hook._process_spark_submit_log(iter(lines))
            write_metrics(home, RUN, METRICS)

        submitted.append(job)
        context = in_run()
        operator.execute(context)
        assert context["ti"].pushed == {"_link_RunLink": "http://127.0.0.1:4041"}

    def test_leads_to_the_report_after_it(self, operator: TrainClassifierOperator) -> None:
        (link,) = operator.operator_extra_links
        key = SimpleNamespace(dag_id="flowers", run_id="manual__2026-01-02T03:04:05+00:00")
        assert link.get_link(operator, ti_key=key) == (
            "/dags/flowers/runs/manual__2026-01-02T03%3A04%3A05%2B00%3A00/plugin/report"
        )
        assert link.xcom_key == "_link_RunLink"

    def test_knows_where_airflow_is(
        self, operator: TrainClassifierOperator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://host/airflow/")
        (link,) = operator.operator_extra_links
        key = SimpleNamespace(dag_id="flowers", run_id="a")
        assert link.get_link(operator, ti_key=key) == (
            "https://host/airflow/dags/flowers/runs/a/plugin/report"
        )

    def test_is_worth_no_failure(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        class Broken:
            def xcom_push(self, **_: Any) -> None:
                raise ConnectionError("the api-server is away")

        def job(running: TrainClassifierOperator) -> None:
            running._hook._process_spark_submit_log(iter(["Spark UI: http://127.0.0.1:4041"]))
            write_metrics(home, RUN, METRICS)

        submitted.append(job)
        assert operator.execute({**in_run(), "ti": Broken()})["top1"] == 0.58


class TestModelAsset:
    @pytest.fixture
    def operator(self) -> TrainClassifierOperator:
        return TrainClassifierOperator(task_id="train_classifier", outlets=[MODEL])

    def test_a_training_updates_it(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        submitted.append(lambda _: write_metrics(home, RUN, METRICS))
        context = in_run()
        operator.execute(context)
        assert operator.outlets == [MODEL]
        assert context["outlet_events"][MODEL].extra == {
            "digest": "abc",
            "accuracy": 0.58,
            "path": "/models/abc",
            "run_id": RUN,
        }

    @pytest.mark.parametrize(
        ("finished_at", "updated"),
        [("2026-01-02T03:03:59+00:00", False), ("2026-01-02T03:04:30+00:00", True)],
        ids=["before the run", "by an earlier try"],
    )
    def test_a_model_that_was_there_does_not(
        self,
        home: Home,
        operator: TrainClassifierOperator,
        submitted: list[Any],
        finished_at: str,
        updated: bool,
    ) -> None:
        model = {**METRICS["model"], "reused": True}  # type: ignore[dict-item] # one of METRICS
        found = {**METRICS, "model": model, "finished_at": finished_at}
        submitted.append(lambda _: write_metrics(home, RUN, found))
        operator.execute(in_run())
        assert operator.outlets == ([MODEL] if updated else [])


class TestUnchanged:
    """A run that nobody triggered, when a model of the same inputs is there."""

    @pytest.fixture(autouse=True)
    def _model(self, home: Home) -> None:
        digests = {split: {"graph": f"graph of {split}"} for split in ("train", "validation")}
        for split, given in digests.items():
            dump = home.dumps / f"dump-{split}"
            dump.mkdir(parents=True)
            (dump / "pipeline.json").write_text(json.dumps({"digests": given}))
            record_step(home, RUN, f"dump_{split}", {"digest": dump.name})
        self.write_model(home, digests, finished_at="2026-01-02T03:03:00+00:00")

    def write_model(self, home: Home, digests: Any, finished_at: str) -> None:
        metrics = {
            **METRICS,
            "finished_at": finished_at,
            "digests": digests,
            "config": RunParams().model_dump(mode="json"),
        }
        write_json(home.models / "abc" / "metrics.json", metrics)
        recipe = {"format": MODEL_FORMAT}
        write_json(home.models / "abc" / "artifact.json", manifest(recipe, {}, 1.0))

    @pytest.mark.parametrize("run_type", ["scheduled", "asset_triggered"])
    def test_is_skipped_and_says_why(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any], run_type: str
    ) -> None:
        submitted.append(lambda _: pytest.fail("it was submitted"))
        with pytest.raises(AirflowSkipException) as caught:
            operator.execute(in_run(run_type))
        assert str(caught.value) == (
            f"nothing to train: data set, checkpoint and params are those of {home.models / 'abc'},"
            " trained 2026-01-02T03:03:00+00:00, top-1 accuracy 0.5800; force trains again"
        )
        step = read_steps(home, RUN)[-1]
        assert (step["task_id"], step["reused"], step["digest"]) == (
            "train_classifier",
            True,
            "abc",
        )

    def test_is_not_skipped_for_what_an_earlier_try_of_it_trained(
        self, home: Home, operator: TrainClassifierOperator, submitted: list[Any]
    ) -> None:
        digests = {split: {"graph": f"graph of {split}"} for split in ("train", "validation")}
        self.write_model(home, digests, finished_at="2026-01-02T03:05:00+00:00")
        submitted.append(lambda _: write_metrics(home, RUN, METRICS))
        assert operator.execute(in_run("scheduled"))["top1"] == 0.58

    @pytest.mark.parametrize(
        ("run_type", "params"),
        [("manual", {}), ("scheduled", {"force": True}), ("scheduled", {"epochs": 11})],
        ids=["triggered", "forced", "other params"],
    )
    def test_is_trained_otherwise(
        self,
        home: Home,
        operator: TrainClassifierOperator,
        submitted: list[Any],
        run_type: str,
        params: dict[str, Any],
    ) -> None:
        submitted.append(lambda _: write_metrics(home, RUN, METRICS))
        assert operator.execute(in_run(run_type, **params))["top1"] == 0.58
