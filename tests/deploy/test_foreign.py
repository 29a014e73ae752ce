import pytest

from deploy.foreign import (
    OWN,
    airflow_settings,
    python_path,
    unused,
    without_foreign,
)

FOREIGN = {
    "AIRFLOW_CONFIG": "/etc/airflow.cfg",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD": "cat secret",
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "SPARK_HOME": "/opt/spark",
    "SPARK_SUBMIT_OPTS": "-Da=b",
    "SPARK_DIST_CLASSPATH": "/opt/hadoop/*",
    "SPARK_REMOTE": "sc://host",
    "PYSPARK_DRIVER_PYTHON_OPTS": "notebook",
    "PYSPARK_SUBMIT_ARGS": "--master yarn pyspark-shell",
    "JAVA_TOOL_OPTIONS": "-Dfile.encoding=latin1",
    "_JAVA_OPTIONS": "-Xmx64m",
    "JDK_JAVA_OPTIONS": "-Xmx64m",
    "CLASSPATH": "/opt/jars/*",
    "PYTHONPATH": "/another",
    "PYTHONHOME": "/another",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "ALL_PROXY": "socks5h://proxy:1080",
    "https_proxy": "SOCKS5://proxy:1080",
}
KEPT = {
    "PATH": "/bin",
    "PYTHON": "/usr/bin/python3",
    "PYTHONUNBUFFERED": "1",
    "AIRFLOW_CONN_SPARK_DEFAULT": "spark://head:7077",
    "AIRFLOW_VAR_MINE": "1",
    "SPARK_LOCAL_IP": "192.0.2.1",
    "SPARK_LOCAL_DIRS": "/scratch",
    "SPARK_PUBLIC_DNS": "name",
    "HADOOP_CONF_DIR": "/etc/hadoop",
    "YARN_CONF_DIR": "/etc/hadoop",
    "JAVA_HOME": "/usr/lib/jvm/17",
    "HTTPS_PROXY": "http://proxy:3128",
    "GRAFT_PARAMS": "{}",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_was_set_for_another_program_is_left_out(name: str) -> None:
    assert without_foreign({name: FOREIGN[name], **KEPT}) == KEPT


def test_in_an_environment_of_grafts_own_nothing_is() -> None:
    own = {**FOREIGN, OWN: "1"}
    assert without_foreign(own) == own


@pytest.mark.parametrize(("name"), ["NO_PROXY", "no_proxy"])
def test_addresses_without_a_proxy_can_be_read(name: str) -> None:
    given = {name: "localhost,[::1], .example.org"}
    assert without_foreign(given) == {name: "localhost,::1,.example.org"}


def test_what_is_left_out_is_said_in_a_line_for_each_program() -> None:
    said = unused({**FOREIGN, **KEPT}, KEPT)
    assert set(said) == {"Airflow", "Spark", "Java", "Python", "proxy"}
    assert said["Airflow"] == (
        "AIRFLOW_CONFIG, AIRFLOW__CORE__EXECUTOR, AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD not "
        "used: for Graft's Airflow set GRAFT_AIRFLOW__SECTION__KEY"
    )
    assert said["proxy"].startswith("ALL_PROXY, https_proxy not used: downloads go through http")
    assert "CLASSPATH, JAVA_TOOL_OPTIONS" in said["Java"]
    assert not any("proxy:1080" in text for text in said.values())


def test_what_has_the_value_that_graft_sets_is_not_said() -> None:
    environ = {"SPARK_HOME": "/ours", "PYSPARK_PYTHON": "/another"}
    said = unused(environ, {"SPARK_HOME": "/ours", "PYSPARK_PYTHON": "/ours"})
    assert said["Spark"].startswith("PYSPARK_PYTHON not used: ")


def test_settings_for_grafts_airflow_have_a_prefix() -> None:
    environ = {"GRAFT_AIRFLOW__A__B": "1", "AIRFLOW__C__D": "2", "GRAFT_HOME": "/home"}
    assert airflow_settings(environ) == {"AIRFLOW__A__B": "1"}


def test_folders_of_modules_for_graft() -> None:
    environ = {"PYTHONPATH": "/theirs", "GRAFT_PYTHONPATH": "/a::/b"}
    assert python_path(environ) == ["/a", "/b"]
    assert python_path({**environ, OWN: "1"}) == ["/theirs"]
