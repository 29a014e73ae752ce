import json
from collections.abc import Callable
from typing import Any

import pytest
from airflow.providers.apache.spark.hooks import spark_submit

from deploy.connection import LOCAL_SPARK, spark_master
from graft_airflow.spark_connection import SparkConnection, read_connection
from tasks.errors import SetupError

Connect = Callable[[str | None], None]

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


def connection(host: str, **fields: Any) -> str:
    return json.dumps({"conn_type": "spark", "host": host, **fields})


def message() -> str:
    with pytest.raises(SetupError) as caught:
        read_connection("spark_default")
    return str(caught.value)


def test_none(connect: Connect) -> None:
    connect(None)
    assert message() == (
        "the Airflow connection 'spark_default' is not set, so nothing says where Spark is. For "
        f"this machine: export AIRFLOW_CONN_SPARK_DEFAULT='{LOCAL_SPARK}'; or add it under Admin, "
        "Connections, with the master URL as host"
    )


def test_of_another_name(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(None)
    monkeypatch.setenv("AIRFLOW_CONN_OURS", connection("spark://head", port=7077))
    assert read_connection("ours") == SparkConnection("spark://head:7077", {})


class TestMaster:
    def test_yarn_without_its_configuration(self, connect: Connect) -> None:
        connect(connection("yarn"))
        assert message() == (
            "the Airflow connection 'spark_default' says yarn, but neither HADOOP_CONF_DIR nor "
            f"YARN_CONF_DIR is set. For this machine instead: {LOCAL_SPARK}"
        )

    @pytest.mark.parametrize("name", ["HADOOP_CONF_DIR", "YARN_CONF_DIR"])
    def test_yarn(self, name: str, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
        connect(connection("yarn"))
        monkeypatch.setenv(name, "/etc/hadoop")
        assert read_connection("spark_default").master == "yarn"

    @pytest.mark.parametrize("host", ["spark://yarn-edge", "spark://my-yarn"])
    def test_a_name_that_the_provider_takes_for_yarn(self, host: str, connect: Connect) -> None:
        connect(connection(host, port=7077))
        assert message() == (
            f"the Airflow connection 'spark_default' names {host}:7077, and the Spark provider "
            "takes every master with yarn in its name for YARN: give this one another name"
        )

    def test_kubernetes_without_its_provider(
        self, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connect(connection("k8s://https://k8s.example", port=6443))
        assert read_connection("spark_default").master == "k8s://https://k8s.example:6443"
        # By whether the import failed or was optional, the provider lacks the name or has None.
        monkeypatch.setattr(spark_submit, "kube_client", None)
        told = message()
        monkeypatch.delattr(spark_submit, "kube_client")
        assert message() == told
        assert told == (
            "the Airflow connection 'spark_default' names 'k8s://https://k8s.example', and the "
            "Spark provider takes every master with k8s in its name for Kubernetes: install "
            "apache-airflow-providers-cncf-kubernetes, or give a standalone master another name"
        )

    def test_cluster_deploy_mode(self, connect: Connect) -> None:
        connect(connection("spark://head", extra={"deploy-mode": "cluster"}))
        assert message() == (
            "the Airflow connection 'spark_default' says deploy mode cluster, expected client: the "
            "driver has to see GRAFT_HOME and this task"
        )

    @pytest.mark.parametrize(
        "given",
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
        self, given: str, connect: Connect
    ) -> None:
        connect(given)
        assert read_connection("spark_default").master == spark_master(given)


class TestConf:
    def test_is_text(self, connect: Connect) -> None:
        conf = {"spark.executor.memoryOverhead": "2g", "spark.cores.max": 8}
        connect(connection("spark://head", extra={"conf": conf}))
        assert read_connection("spark_default").conf == {
            "spark.executor.memoryOverhead": "2g",
            "spark.cores.max": "8",
        }

    @pytest.mark.parametrize("conf", [["spark.cores.max"], {"cores": 1}, "2g"])
    def test_that_is_none(self, conf: Any, connect: Connect) -> None:
        connect(connection("spark://head", extra={"conf": conf}))
        assert message() == (
            f"the Airflow connection 'spark_default' has a {type(conf).__name__} as conf in its "
            'extra, expected an object of Spark settings such as {"spark.executor.memoryOverhead": '
            '"2g"}'
        )
