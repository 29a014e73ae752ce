"""``graft train``."""

from typing import Any, NoReturn

import typer
from typer.core import TyperCommand

from deploy.cli.errors import one_line_errors
from deploy.cli.spark_options import DRIVER_MEMORY, MASTER, DriverMemory, Master, SparkConf
from deploy.submit import submit
from tasks.spark.settings import TRAIN_JOB
from tasks.training.arguments import flag_table, parse_arguments

#: Settings of a command that takes the flags of another program.
PASS_FLAGS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
_USER_ERROR = 2


class TrainCommand(TyperCommand):
    """The command, whose help has the job's flags, too."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the job's flags."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Flags of the job"):
            formatter.write_dl(flag_table())


@one_line_errors(_USER_ERROR)
def train(
    context: typer.Context,
    master: Master = MASTER,
    driver_memory: DriverMemory = DRIVER_MEMORY,
    spark_conf: SparkConf = None,
) -> NoReturn:
    """Train a classifier on two dumps with Spark.

    Submits the job of the DAG's step train_classifier.
    The exit status is the job's: 2 for an error that you can mend.
    """
    # Before Spark starts, which takes seconds.
    parse_arguments(context.args, prog="graft train [options]")
    submit(
        TRAIN_JOB,
        context.args,
        master=master,
        driver_memory=driver_memory,
        spark_conf=spark_conf or (),
    )
