"""The hook and a program that is found as ``spark-submit``."""

from collections.abc import Callable
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException

from graft_airflow.spark_hook import TrainJobHook

Connect = Callable[[str | None], None]
LOCAL = '{"conn_type": "spark", "host": "local[2]"}'
STANDALONE = '{"conn_type": "spark", "host": "spark://head", "port": 7077}'
KUBERNETES = '{"conn_type": "spark", "host": "k8s://https://k8s.example", "port": 6443}'
CLUSTER = '{"conn_type": "spark", "host": "yarn", "extra": {"deploy-mode": "cluster"}}'

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


@pytest.mark.parametrize(
    ("connection", "master", "deploy_mode"),
    [
        (LOCAL, "local[2]", None),
        (STANDALONE, "spark://head:7077", None),
        (KUBERNETES, "k8s://https://k8s.example:6443", None),
        (CLUSTER, "yarn", "cluster"),
    ],
)
def test_says_what_it_read_in_the_connection(
    connect: Connect, connection: str, master: str, deploy_mode: str | None
) -> None:
    connect(connection)
    hook = TrainJobHook()
    assert (hook.master, hook.deploy_mode) == (master, deploy_mode)


@pytest.mark.parametrize("connection", [LOCAL, STANDALONE, KUBERNETES])
def test_spark_submit_gets_arguments_and_environment_whatever_the_cluster(
    connect: Connect, spark_submit: Any, submit_path: dict[str, str], connection: str
) -> None:
    connect(connection)
    hook = TrainJobHook(
        conf={"spark.speculation": "false"},
        application_args=["--epochs=3"],
        env_vars={**submit_path, "GRAFT_HOME": "/graft"},
    )
    hook.submit("job.py")
    assert spark_submit.arguments[:2] == ["--master", hook.master]
    assert spark_submit.conf["spark.speculation"] == "false"
    assert spark_submit.arguments[-2:] == ["job.py", "--epochs=3"]
    assert spark_submit.env["GRAFT_HOME"] == "/graft"


def test_every_line_is_seen_and_logged(
    connect: Connect,
    spark_submit: Any,
    submit_path: dict[str, str],
    capfd: pytest.CaptureFixture[str],
) -> None:
    connect(LOCAL)
    spark_submit.will("Spark UI: http://127.0.0.1:4041", "epoch 1 of 3")
    seen: list[str] = []
    TrainJobHook(env_vars=submit_path, on_line=seen.append).submit("job.py")
    assert seen == ["Spark UI: http://127.0.0.1:4041\n", "epoch 1 of 3\n"]
    assert "epoch 1 of 3" in capfd.readouterr().out


@pytest.mark.parametrize("status", [1, 137, -9])
def test_another_status_is_an_error_that_says_which(
    connect: Connect, spark_submit: Any, submit_path: dict[str, str], status: int
) -> None:
    connect(LOCAL)
    spark_submit.will("Traceback", status=status)
    with pytest.raises(AirflowException, match=rf"Error code is: {status}\.$"):
        TrainJobHook(env_vars=submit_path).submit("job.py")
