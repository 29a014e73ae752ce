"""Asks a process of Spark for an endpoint, as a driver or a stranger would, and says what it heard.

Arguments: its URL and the endpoint's name. The environment may hold a secret.
"""

import os
import sys
from urllib.parse import urlsplit

from tasks.spark.authentication import authentication_conf

LOOPBACK = "127.0.0.1"


def reach(url: str, endpoint: str) -> str:
    """Return what became of it."""
    from py4j.protocol import Py4JJavaError
    from pyspark import SparkConf, SparkContext

    # No context of Spark, which would go on asking for a minute.
    SparkContext._ensure_initialized()
    spark = SparkContext._jvm.org.apache.spark
    conf = SparkConf(loadDefaults=False).set("spark.rpc.numRetries", "1")
    conf.setAll(authentication_conf(url, os.environ).items())
    security = spark.SecurityManager(conf._jconf, SparkContext._jvm.scala.Option.empty(), None)
    environment = spark.rpc.RpcEnv.create("tests", LOOPBACK, 0, conf._jconf, security, True)
    parts = urlsplit(url)
    try:
        address = spark.rpc.RpcAddress(parts.hostname, parts.port)
        return f"reached {environment.setupEndpointRef(address, endpoint).name()}"
    except Py4JJavaError as error:
        return f"refused: {error.java_exception.getCause().toString()}"
    finally:
        environment.shutdown()


print(reach(*sys.argv[1:]))
