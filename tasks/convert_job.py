"""The Spark job of ``graft convert --spark``: pictures in, a data set out."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

# spark-submit puts this file's folder on the path, not the folder that ``tasks`` is in.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tasks.conversion.arguments import (  # noqa: E402 - needs the path above
    Conversion,
    parse_job_arguments,
)
from tasks.conversion.result import result_lines  # noqa: E402 - needs the path above
from tasks.spark.program import run_program  # noqa: E402 - needs the path above


def run(wanted: Conversion) -> None:
    """Make the data set."""
    from tasks.conversion.spark import convert_with_spark
    from tasks.spark.cluster import spark_context
    from tasks.spark.executors import cluster_errors
    from tasks.spark.parent_guard import guard_parents

    guard_parents()
    with spark_context("graft convert") as spark, cluster_errors(spark):
        description = convert_with_spark(spark, wanted)
    logger = logging.getLogger(__name__)
    for line in result_lines(description, wanted.destination):
        logger.info("%s", line)


def main(arguments: Sequence[str]) -> int:
    """Run the job; return its exit status: 0, or 2 for an error that the user can mend."""
    return run_program(arguments, parse_job_arguments, run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
