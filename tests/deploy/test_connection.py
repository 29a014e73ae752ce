import json

import pytest

from deploy.connection import LOCAL_SPARK, spark_master


@pytest.mark.parametrize(
    ("connection", "master"),
    [
        (LOCAL_SPARK, "local[*]"),
        ({"conn_type": "spark", "host": "spark://head", "port": 7077}, "spark://head:7077"),
        ({"conn_type": "spark", "host": "head", "port": 7077}, "spark://head:7077"),
        ({"conn_type": "spark", "host": "k8s://https://head:443"}, "k8s://https://head:443"),
        ("spark://head:7077", "spark://head:7077"),
        ("spark://yarn", "yarn"),
        ("spark://local%5B2%5D", "local[2]"),
        ("spark://mesos://head:5050", "mesos://head:5050"),
        ("k8s://head:443", "k8s://head:443"),
    ],
)
def test_master(connection: str | dict[str, object], master: str) -> None:
    text = connection if isinstance(connection, str) else json.dumps(connection)
    assert spark_master(text) == master
