"""BigDL's engine on a Spark context, and what it prints."""

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from support.spark import Join
from tasks.spark.bigdl import optimizer_logged_to, quiet
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


class TestOptimizerLog:
    @pytest.fixture
    def write(self, cluster: Cluster) -> Callable[[Path, str], None]:
        """Writes a line of the optimiser, and one of another logger."""
        log = cluster.context._jvm.org.apache.logging.log4j.LogManager

        def write(path: Path, line: str) -> None:
            with optimizer_logged_to(cluster.context, path):
                log.getLogger("com.intel.analytics.bigdl.dllib.optim.DistriOptimizer$").info(line)
                log.getLogger("org.apache.spark").error("of another logger")

        return write

    def test_the_optimisers_lines_go_to_a_file(
        self, write: Callable[[Path, str], None], tmp_path: Path
    ) -> None:
        for name in ("first.log", "second.log"):
            write(tmp_path / name, f"[Epoch 1] to {name}")
        for name in ("first.log", "second.log"):
            assert (tmp_path / name).read_text() == f"[Epoch 1] to {name}\n"

    def test_a_file_that_was_removed_is_made_anew(
        self, write: Callable[[Path, str], None], tmp_path: Path
    ) -> None:
        for line in ("of the first try", "of the second try"):
            write(tmp_path / "optimizer.log", line)
            assert (tmp_path / "optimizer.log").read_text() == f"{line}\n"
            (tmp_path / "optimizer.log").unlink()

    def test_no_file_stays_open(
        self, cluster: Cluster, write: Callable[[Path, str], None], tmp_path: Path
    ) -> None:
        jvm = psutil.Process(cluster.context._jvm.java.lang.ProcessHandle.current().pid())
        write(tmp_path / "optimizer.log", "a line")
        assert str(tmp_path / "optimizer.log") not in {file.path for file in jvm.open_files()}
