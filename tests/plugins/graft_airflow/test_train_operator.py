"""The operator, the provider's hook and a program that is found as ``spark-submit``."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from graft_airflow.train_operator import TrainClassifierOperator
from support.registry import registered, write_registry
from support.reusable_models import DUMPS as MODEL_DUMPS
from support.reusable_models import write_dumps, write_model
from tasks.errors import ClusterError, DataError
from tasks.params.definitions import JobConfig
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import read_error, write_error, write_metrics
from tasks.runs.record import read_failures, read_steps
from tasks.spark.parent_guard import TASK_PID
from tasks.spark.private_conf import private_conf
from tasks.spark.runtime import java_home
from tasks.spark.settings import TRAIN_JOB, submit_conf
from tasks.storage.paths import Home
from tasks.training.arguments import parse_arguments

pytestmark = [
    pytest.mark.filterwarnings("error::airflow.utils.deprecation_tools.DeprecatedImportWarning"),
    pytest.mark.usefixtures("_outside_airflow", "home"),
]

InRun = Callable[..., Any]
LOCAL = '{"conn_type": "spark", "host": "local[2]"}'
STANDALONE = '{"conn_type": "spark", "host": "spark://head", "port": 7077}'
YARN = '{"conn_type": "spark", "host": "yarn"}'
KUBERNETES = json.dumps(
    {
        "conn_type": "spark",
        "host": "k8s://https://k8s.example",
        "port": 6443,
        "extra": {"namespace": "graft"},
    }
)
RUN = "manual__2026"
DUMPS = {split: {"path": f"/dumps/{split}", "digest": split} for split in ("train", "validation")}


@pytest.fixture(autouse=True)
def _local(connect: Callable[[str | None], None]) -> None:
    connect(LOCAL)


@pytest.fixture
def make(submit_path: dict[str, str]) -> Callable[..., TrainClassifierOperator]:
    """Make an operator that finds the tests' ``spark-submit``."""

    def make(**given: Any) -> TrainClassifierOperator:
        return TrainClassifierOperator(
            task_id="train_classifier",
            train_dump=DUMPS["train"],
            validation_dump=DUMPS["validation"],
            env_vars=submit_path,
            **given,
        )

    return make


@pytest.fixture
def operator(make: Callable[..., TrainClassifierOperator]) -> TrainClassifierOperator:
    return make()


@pytest.fixture
def trains(home: Home, spark_submit: Any, metrics: RunMetrics) -> Callable[..., None]:
    """Have the job leave metrics."""

    def trains(*lines: str, **changes: Any) -> None:
        files = {home.run(RUN) / "metrics.json": replace(metrics, **changes).as_json()}
        spark_submit.will(*lines, files=files)

    return trains


@pytest.fixture
def breaks(home: Home, spark_submit: Any) -> Callable[..., None]:
    """Have the job fail, and leave an error if there is one."""

    def breaks(status: int, error: Exception | None = None) -> None:
        told = {"type": type(error).__name__, "message": str(error)}
        files = {home.run(RUN) / "error.json": told} if error else {}
        spark_submit.will(status=status, files=files)

    return breaks


class TestConnection:
    def test_none_is_told_before_spark_starts(
        self,
        operator: TrainClassifierOperator,
        spark_submit: Any,
        in_run: InRun,
        connect: Callable[[str | None], None],
    ) -> None:
        connect(None)
        with pytest.raises(AirflowFailException, match="connection 'spark_default' is not set"):
            operator.execute(in_run())
        assert not spark_submit.ran

    def test_of_another_name(
        self,
        make: Callable[..., TrainClassifierOperator],
        spark_submit: Any,
        in_run: InRun,
        trains: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("AIRFLOW_CONN_OURS", '{"conn_type": "spark", "host": "local[7]"}')
        trains()
        make(conn_id="ours").execute(in_run())
        assert spark_submit.arguments[:2] == ["--master", "local[7]"]


class TestSubmit:
    def test_command(
        self,
        operator: TrainClassifierOperator,
        spark_submit: Any,
        in_run: InRun,
        trains: Callable[..., None],
    ) -> None:
        trains()
        operator.execute(in_run(driver_memory="512m", executor_memory="3g"))
        job = spark_submit.arguments.index(str(TRAIN_JOB))
        assert spark_submit.arguments[:2] == ["--master", "local[2]"]
        assert spark_submit.arguments[job + 1 :] == operator.application_args
        memory = {"spark.driver.memory": "512m", "spark.executor.memory": "3g"}
        assert spark_submit.conf == {**submit_conf(), **memory}

    def test_the_job_is_told_what_the_run_was_told(
        self, operator: TrainClassifierOperator, in_run: InRun, trains: Callable[..., None]
    ) -> None:
        trains()
        operator.execute(in_run(epochs=3, dump_batch_size=4, force=True))
        assert parse_arguments(operator.application_args or []) == JobConfig(
            train_dump="/dumps/train",
            validation_dump="/dumps/validation",
            run_id=RUN,
            epochs=3,
            force=True,
        )

    def test_the_job_reads_the_list_that_was_fetched(
        self,
        operator: TrainClassifierOperator,
        in_run: InRun,
        trains: Callable[..., None],
        tmp_path: Path,
    ) -> None:
        path = tmp_path / "exclude.txt"
        path.write_text("a.jpg\n")
        trains()
        operator.execute(in_run(exclude=path.as_uri()))
        assert parse_arguments(operator.application_args or []).exclude == str(path)

    def test_environment(
        self,
        home: Home,
        operator: TrainClassifierOperator,
        spark_submit: Any,
        in_run: InRun,
        trains: Callable[..., None],
    ) -> None:
        trains()
        operator.execute(in_run())
        assert spark_submit.env["GRAFT_HOME"] == str(home.root)
        assert spark_submit.env[TASK_PID] == str(os.getpid())
        # The master is local: nothing of it may be reached from elsewhere.
        assert spark_submit.env["SPARK_LOCAL_IP"] == "127.0.0.1"
        assert Path(spark_submit.env["JAVA_HOME"], "bin", "java").is_file()

    def test_spark_is_found_without_an_activated_environment(
        self, home: Home, in_run: InRun, metrics: RunMetrics, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "/usr/bin:/bin")
        operator = TrainClassifierOperator(
            task_id="t", train_dump=DUMPS["train"], validation_dump=DUMPS["validation"]
        )
        monkeypatch.setattr(
            "graft_airflow.spark_hook.TrainJobHook.submit",
            lambda *_: write_metrics(home, RUN, metrics),
        )
        operator.execute(in_run())
        assert operator.env_vars is not None
        first = operator.env_vars["PATH"].split(os.pathsep)[0]
        assert Path(first, "spark-submit").is_file()

    @pytest.mark.parametrize(
        ("connection", "master", "conf"),
        [
            (STANDALONE, "spark://head:7077", {"spark.cores.max": "6"}),
            (YARN, "yarn", {}),
            (KUBERNETES, "k8s://https://k8s.example:6443", {"spark.kubernetes.namespace": "graft"}),
        ],
    )
    def test_command_for_a_cluster(
        self,
        home: Home,
        operator: TrainClassifierOperator,
        spark_submit: Any,
        in_run: InRun,
        trains: Callable[..., None],
        connect: Callable[[str | None], None],
        monkeypatch: pytest.MonkeyPatch,
        connection: str,
        master: str,
        conf: dict[str, str],
    ) -> None:
        connect(connection)
        monkeypatch.setenv("HADOOP_CONF_DIR", "/etc/hadoop")
        trains()
        operator.execute(in_run(executors=3, executor_cores=2))
        job = spark_submit.arguments.index(str(TRAIN_JOB))
        assert spark_submit.arguments[:2] == ["--master", master]
        assert spark_submit.arguments[job + 1 :] == operator.application_args
        expected = {
            **submit_conf(),
            "spark.executor.instances": "3",
            "spark.executor.cores": "2",
            "spark.dynamicAllocation.enabled": "false",
            **conf,
        }
        assert expected.items() <= spark_submit.conf.items()
        assert "--deploy-mode" not in spark_submit.arguments
        # The driver is here, whatever the cluster.
        assert spark_submit.env["GRAFT_HOME"] == str(home.root)
        assert spark_submit.env["SPARK_HOME"]

    def test_yarns_executors_get_our_java(
        self,
        operator: TrainClassifierOperator,
        spark_submit: Any,
        in_run: InRun,
        trains: Callable[..., None],
        connect: Callable[[str | None], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        connect(YARN)
        monkeypatch.setenv("HADOOP_CONF_DIR", "/etc/hadoop")
        trains()
        operator.execute(in_run())
        assert spark_submit.conf["spark.executorEnv.JAVA_HOME"] == str(java_home())

    def test_the_connection_adds_what_the_cluster_needs(
        self,
        make: Callable[..., TrainClassifierOperator],
        spark_submit: Any,
        in_run: InRun,
        trains: Callable[..., None],
        connect: Callable[[str | None], None],
    ) -> None:
        conf = {"spark.executor.memoryOverhead": "2g", "spark.cores.max": 8}
        given = {"conn_type": "spark", "host": "spark://head", "extra": {"conf": conf}}
        connect(json.dumps(given))
        trains()
        make(conf={"spark.cores.max": "5"}).execute(in_run())
        assert spark_submit.conf["spark.executor.memoryOverhead"] == "2g"
        assert spark_submit.conf["spark.cores.max"] == "8"

    @pytest.mark.parametrize("host", ["spark://head", "yarn", "k8s://https://k8s.example"])
    def test_a_secret_of_the_connection_is_on_no_command_line(
        self,
        operator: TrainClassifierOperator,
        spark_submit: Any,
        in_run: InRun,
        trains: Callable[..., None],
        connect: Callable[[str | None], None],
        monkeypatch: pytest.MonkeyPatch,
        host: str,
    ) -> None:
        monkeypatch.setenv("HADOOP_CONF_DIR", "/etc/hadoop")
        conf = {"spark.hadoop.fs.s3a.secret.key": "hush-hush", "spark.authenticate": "true"}
        given = {"conn_type": "spark", "host": host, "extra": {"conf": conf}}
        connect(json.dumps(given))
        trains()
        operator.execute(in_run())
        assert not [word for word in spark_submit.arguments if "hush-hush" in word]
        assert spark_submit.conf["spark.authenticate"] == "true"
        assert private_conf(spark_submit.env) == {"spark.hadoop.fs.s3a.secret.key": "hush-hush"}

    def test_conf_of_the_dag_wins(
        self,
        make: Callable[..., TrainClassifierOperator],
        spark_submit: Any,
        in_run: InRun,
        trains: Callable[..., None],
    ) -> None:
        trains()
        make(conf={"spark.speculation": "true"}).execute(in_run())
        assert spark_submit.conf["spark.speculation"] == "true"

    def test_bad_params_are_told_before_spark_starts(
        self, operator: TrainClassifierOperator, spark_submit: Any, in_run: InRun
    ) -> None:
        with pytest.raises(AirflowFailException, match="unknown param 'epoch': did you mean"):
            operator.execute(in_run(epoch=1))
        assert not spark_submit.ran


class TestOutcome:
    def test_returns_the_model_and_its_accuracy(
        self,
        home: Home,
        operator: TrainClassifierOperator,
        in_run: InRun,
        trains: Callable[..., None],
        metrics: RunMetrics,
    ) -> None:
        trains()
        result = operator.execute(in_run())
        assert result == {**metrics.model.as_json(), "top1": 0.58}
        json.dumps(result)
        (step,) = read_steps(home, RUN)
        assert (step.task_id, step.path, step.top1) == ("train_classifier", "/models/abc", 0.58)
        assert step.features == metrics.features

    def test_a_model_that_is_there_needs_no_spark(
        self,
        home: Home,
        make: Callable[..., TrainClassifierOperator],
        spark_submit: Any,
        in_run: InRun,
        run_metrics: dict[str, Any],
    ) -> None:
        write_dumps(home)
        write_model(home, run_metrics, "abc", plan={"master": "local[2]", "cores": 2})
        operator = make()
        operator.train_dump, operator.validation_dump = (
            {"path": str(home.dumps / dump), "digest": dump} for dump in MODEL_DUMPS
        )
        result = operator.execute(in_run())
        assert (result["digest"], result["reused"], result["top1"]) == ("abc", True, 0.5)
        assert not spark_submit.ran
        (step,) = read_steps(home, RUN)
        assert (step.task_id, step.reused) == ("train_classifier", True)

    def test_records_the_params_without_what_may_be_secret(
        self,
        home: Home,
        operator: TrainClassifierOperator,
        in_run: InRun,
        trains: Callable[..., None],
    ) -> None:
        trains()
        url = "https://me:secret@example.org/flowers.tar.gz?token=1"
        operator.execute(in_run(epochs=3, dataset_url=url))
        (step,) = read_steps(home, RUN)
        assert step.params is not None
        assert step.params["epochs"] == 3
        assert step.params["dataset_url"] == "https://***@example.org/flowers.tar.gz?***"

    def test_what_the_user_can_mend_fails_at_once_in_the_jobs_words(
        self,
        home: Home,
        operator: TrainClassifierOperator,
        in_run: InRun,
        breaks: Callable[..., None],
    ) -> None:
        breaks(2, DataError("shard-00003, record 7: no JPEG"))
        with pytest.raises(AirflowFailException) as caught:
            operator.execute(in_run())
        assert str(caught.value) == "shard-00003, record 7: no JPEG"
        assert read_failures(home, RUN) == {"train_classifier": "shard-00003, record 7: no JPEG"}

    def test_what_the_cluster_lost_is_tried_again(
        self, operator: TrainClassifierOperator, in_run: InRun, breaks: Callable[..., None]
    ) -> None:
        breaks(2, ClusterError("Spark lost executor 1"))
        with pytest.raises(ClusterError, match=r"^Spark lost executor 1$"):
            operator.execute(in_run())

    @pytest.mark.parametrize("status", [-9, -15, 137, 143])
    def test_a_killed_driver_is_tried_again(
        self,
        operator: TrainClassifierOperator,
        in_run: InRun,
        breaks: Callable[..., None],
        status: int,
    ) -> None:
        breaks(status)
        with pytest.raises(ClusterError) as caught:
            operator.execute(in_run())
        assert str(caught.value) == (
            f"the Spark driver was killed (exit code {status}): by someone, or because this "
            "machine ran out of memory; see driver_memory"
        )

    def test_any_other_end_says_what_spark_said(
        self,
        home: Home,
        operator: TrainClassifierOperator,
        in_run: InRun,
        breaks: Callable[..., None],
    ) -> None:
        breaks(1)
        with pytest.raises(AirflowException) as caught:
            operator.execute(in_run())
        assert str(caught.value).startswith("the Spark job broke (exit code 1): ")
        assert len(str(caught.value)) < 400
        assert read_failures(home, RUN) == {"train_classifier": str(caught.value)}

    def test_an_earlier_trys_outcome_is_forgotten(
        self, home: Home, operator: TrainClassifierOperator, in_run: InRun, metrics: RunMetrics
    ) -> None:
        write_error(home, RUN, DataError("of an earlier try"))
        write_metrics(home, RUN, metrics)
        with pytest.raises(AirflowException, match=r"ended well but left no metrics\.json in "):
            operator.execute(in_run())
        assert read_error(home, RUN) is None


class TestLink:
    def test_leads_to_spark_while_the_job_runs(
        self, operator: TrainClassifierOperator, in_run: InRun, trains: Callable[..., None]
    ) -> None:
        trains("12:00:00 Spark UI: http://127.0.0.1:4041", "12:00:01 features: 3 of 9")
        context = in_run()
        operator.execute(context)
        assert context["ti"].pushed == {"_link_RunLink": "http://127.0.0.1:4041"}

    def test_is_the_buttons(self, operator: TrainClassifierOperator) -> None:
        (link,) = operator.operator_extra_links
        assert link.xcom_key == "_link_RunLink"

    def test_is_worth_no_failure(
        self, operator: TrainClassifierOperator, in_run: InRun, trains: Callable[..., None]
    ) -> None:
        class Broken:
            def xcom_push(self, **_: Any) -> None:
                raise ConnectionError("the api-server is away")

        trains("Spark UI: http://127.0.0.1:4041")
        context: Any = {**in_run(), "ti": Broken()}
        assert operator.execute(context)["top1"] == 0.58


def test_a_run_that_nobody_triggered_is_skipped_where_its_model_is_there(
    operator: TrainClassifierOperator,
    home: Home,
    spark_submit: Any,
    in_run: InRun,
    write_model: Callable[[str], None],
) -> None:
    write_model("2026-01-02T03:03:00+00:00")
    write_registry(home, [registered(1, model="abc")])
    with pytest.raises(AirflowSkipException, match=r"^nothing to train: "):
        operator.execute(in_run("scheduled"))
    assert not spark_submit.ran


def test_killing_the_task_kills_spark_submit(
    operator: TrainClassifierOperator, spark_submit: Any, in_run: InRun
) -> None:
    """As Airflow does on a timeout, from a signal handler while the job's log is read."""

    class Waiting:
        def xcom_push(self, **_: Any) -> None:
            operator.on_kill()

    spark_submit.will("Spark UI: http://127.0.0.1:4041", wait=60)
    context: Any = {**in_run(), "ti": Waiting()}
    with pytest.raises(ClusterError, match=r"the Spark driver was killed \(exit code -9\)"):
        operator.execute(context)
