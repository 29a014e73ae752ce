"""BigDL's engine on a Spark context, and what it prints."""

import os
from pathlib import Path

import pytest

from support.spark import Join
from tasks.spark.bigdl import log_optimizer_to, quiet
from tasks.spark.cluster import Cluster


def test_without_bigdl_on_the_class_path(join: Join, tmp_path: Path) -> None:
    said = join("local[1]", "describe", SPARK_CONF_DIR=str(tmp_path))
    assert said == (
        "SetupError: com.intel.analytics.bigdl.dllib.utils.Engine is not on the driver's class "
        "path: source env.sh before spark-submit, or pass --conf spark.driver.extraClassPath "
        "and spark.executor.extraClassPath with BigDL's jar\n"
    )


def test_an_unknown_number_of_cores(join: Join, standalone_master: str) -> None:
    said = join(standalone_master, "describe", conf={"spark.executor.memory": "1g"})
    assert said == (
        "SetupError: BigDL cannot tell how many cores the cluster has: submit with "
        "--executor-cores and --total-executor-cores or --num-executors (Engine.init: Can't "
        "find executor core number, do you submit with --executor-cores option)\n"
    )


def test_quiet_swallows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with quiet():
        print("creating: createLinear")
    print("after")
    assert capsys.readouterr().out == "after\n"


def test_the_optimisers_lines_go_to_a_file(cluster: Cluster, tmp_path: Path) -> None:
    log = cluster.context._jvm.org.apache.logging.log4j.LogManager
    optimizer = log.getLogger("com.intel.analytics.bigdl.dllib.optim.DistriOptimizer$")
    try:
        for name in ("first.log", "second.log"):
            log_optimizer_to(cluster.context, tmp_path / name)
            optimizer.info(f"[Epoch 1] to {name}")
        log.getLogger("org.apache.spark").error("of another logger")
    finally:
        log_optimizer_to(cluster.context, Path(os.devnull))
    for name in ("first.log", "second.log"):
        (line,) = (tmp_path / name).read_text().splitlines()
        assert line.endswith(f"[Epoch 1] to {name}")
