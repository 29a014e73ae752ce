"""Airflow's Spark connection: read, and checked for what the training job needs."""

import os
from dataclasses import dataclass
from typing import Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException

from graft_airflow.spark_hook import TrainJobHook
from tasks.errors import SetupError
from tasks.spark.settings import lacks_yarn_conf

_EXAMPLE = '{"conn_type": "spark", "host": "local[*]"}'
_CONF_EXAMPLE = '{"spark.executor.memoryOverhead": "2g"}'


@dataclass(frozen=True)
class SparkConnection:
    """Settings of a connection.

    Attributes:
        master: Spark's master URL.
        conf: Spark settings that the cluster needs.
    """

    master: str
    conf: dict[str, str]


def read_connection(conn_id: str) -> SparkConnection:
    """Return the settings of a connection that the job can use.

    Raises:
        SetupError: the connection is not set, or names a Spark that the job cannot use.
    """
    connection = _require_connection(conn_id)
    master = _require_master(conn_id, connection.host)
    return SparkConnection(master, _require_conf(conn_id, connection.extra_dejson.get("conf", {})))


def _require_connection(conn_id: str) -> Any:
    # The provider would take YARN instead.
    try:
        return BaseHook.get_connection(conn_id)
    except AirflowException:
        raise SetupError(
            f"the Airflow connection {conn_id!r} is not set, so nothing says where Spark "
            f"is. For this machine: export AIRFLOW_CONN_{conn_id.upper()}='{_EXAMPLE}'; "
            "or add it under Admin, Connections, with the master URL as host"
        ) from None


def _require_master(conn_id: str, host: str) -> str:
    """Return the master URL as the provider reads it, if the job can run there."""
    try:
        hook = TrainJobHook(conn_id=conn_id)
    # Which of the two depends on how the provider's import of Kubernetes failed.
    except (NameError, RuntimeError):
        raise SetupError(
            f"the Airflow connection {conn_id!r} names {host!r}, and the "
            "Spark provider takes every master with k8s in its name for Kubernetes: install "
            "apache-airflow-providers-cncf-kubernetes, or give a standalone master another name"
        ) from None
    if hook.deploy_mode == "cluster":
        raise SetupError(
            f"the Airflow connection {conn_id!r} says deploy mode cluster, expected "
            "client: the driver has to see GRAFT_HOME and this task"
        )
    if hook.master.startswith("spark://") and "yarn" in hook.master:
        raise SetupError(
            f"the Airflow connection {conn_id!r} names {hook.master}, and the Spark provider "
            "takes every master with yarn in its name for YARN: give this one another name"
        )
    if lacks_yarn_conf(hook.master, os.environ):
        raise SetupError(
            f"the Airflow connection {conn_id!r} says yarn, but neither HADOOP_CONF_DIR "
            f"nor YARN_CONF_DIR is set. For this machine instead: {_EXAMPLE}"
        )
    return hook.master


def _require_conf(conn_id: str, conf: object) -> dict[str, str]:
    """Return ``conf`` of the connection's extra as Spark settings."""
    if not isinstance(conf, dict) or not all(name.startswith("spark.") for name in conf):
        # Leave out the settings themselves: one may be a password.
        raise SetupError(
            f"the Airflow connection {conn_id!r} has a {type(conf).__name__} as conf in "
            f"its extra, expected an object of Spark settings such as {_CONF_EXAMPLE}"
        )
    return {name: str(value) for name, value in conf.items()}
